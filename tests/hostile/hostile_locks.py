"""Encrypted PDFs, and those that would like to do something."""

from __future__ import annotations

from typing import Literal

import pikepdf
from hostile_case import Case, born_digital, changed, pdf_of, plain
from pikepdf import Array, Dictionary, Name, Pdf

PASSWORDS = ("mật khẩu sai", "Hồ sơ 2024", "s3cret")
"""What the batch's password file holds, in order."""
_NOTHING = pikepdf.Permissions(extract=False, accessibility=False, print_highres=False, print_lowres=False)


def _active() -> bytes:
    def change(pdf: Pdf) -> None:
        run = Dictionary(S=Name.Launch, F=pikepdf.String("/bin/sh"), Next=Dictionary(S=Name.Launch))
        script = Dictionary(S=Name.JavaScript, JS=pikepdf.String("while (true) app.alert(1)"), Next=run)
        pdf.Root.OpenAction = script
        pdf.Root.AA = Dictionary(WC=script)
        pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([pikepdf.String("a"), script])))
        to_web = Dictionary(S=Name.URI, URI=pikepdf.String("http://localhost:9/"))
        form = Dictionary(S=Name.SubmitForm, F=pikepdf.String("http://localhost:9/"))
        links = [
            Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 420, 595]), A=action)
            for action in (run, to_web, form)
        ]
        pdf.pages[0].obj.Annots = Array(links)
        pdf.pages[0].obj.AA = Dictionary(O=run)
        pdf.attachments["../../../../run-me.sh"] = b"#!/bin/sh\ntouch ran\n"

    return changed(born_digital(61), change)


def _loops_beside() -> bytes:
    def change(pdf: Pdf) -> None:
        item = pdf.make_indirect(Dictionary(Title=pikepdf.String("x")))
        item.Next = item.First = item.Last = item.Parent = item
        pdf.Root.Outlines = pdf.make_indirect(Dictionary(First=item, Last=item, Count=9_999_999))
        note = pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 1, 1])))
        note.Parent = note.Popup = note.IRT = note
        pdf.pages[0].obj.Annots = Array([note] * 2000)
        field = pdf.make_indirect(Dictionary(T=pikepdf.String("f")))
        field.Kids, field.Parent = Array([field]), field
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))

    return changed(born_digital(62), change)


def _locked(
    number: int, user: str, revision: Literal[3, 6] = 6, allow: pikepdf.Permissions | None = None
) -> bytes:
    lock = pikepdf.Encryption(
        owner="chủ" if revision == 6 else "owner", user=user, R=revision, aes=revision > 3,
        metadata=revision > 3, allow=allow or pikepdf.Permissions(),
    )  # fmt: skip
    return changed(born_digital(number), lambda _: None, lock)


CASES = (
    Case(
        "pdf/chu-thich-vong.pdf",
        "outlines, notes and form fields that are their own children",
        _loops_beside,
        "ok",
        borrowers=(62,),
    ),
    Case(
        "pdf/chay-lenh.pdf",
        "scripts, programs to start, addresses to call, a file to unpack: none is done",
        _active,
        "ok",
        borrowers=(61,),
    ),
    Case(
        "pdf/khoa-co-mat-khau.pdf",
        "AES-256, its password stands second in the password file",
        lambda: _locked(71, PASSWORDS[1]),
        "ok",
        borrowers=(71,),
    ),
    Case(
        "pdf/khoa-rc4.pdf",
        "RC4 of 128 bits, its password stands third",
        lambda: _locked(72, PASSWORDS[2], 3),
        "ok",
        borrowers=(72,),
    ),
    Case(
        "pdf/khoa-khong-mat-khau.pdf",
        "AES-256, its password is not there",
        lambda: _locked(73, "khác"),
        codes=("encrypted",),
    ),
    Case(
        "pdf/khoa-chu.pdf",
        "an owner's password alone, AES-256, copying and printing forbidden",
        lambda: _locked(74, "", allow=_NOTHING),
        "ok",
        borrowers=(74,),
    ),
    Case(
        "pdf/khoa-chu-rc4.pdf",
        "an owner's password alone, RC4, copying and printing forbidden",
        lambda: _locked(75, "", 3, allow=_NOTHING),
        "ok",
        borrowers=(75,),
    ),
    Case(
        "pdf/khoa-hong.pdf",
        "encrypted, and its encryption dictionary is noise",
        lambda: pdf_of(plain(), b"/Encrypt << /Filter /Standard /V 5 /R 6 /O () /U () /P -1 >>"),
        codes=("damaged",),
    ),
    Case(
        "pdf/khoa-la.pdf",
        "encrypted by a method that nobody knows",
        lambda: pdf_of(plain(), b"/Encrypt << /Filter /Adobe.PubSec /V 9 /R 99 >> /ID [<00> <00>]"),
        codes=("encrypted",),
    ),
)
