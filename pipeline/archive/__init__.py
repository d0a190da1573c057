"""What an archive keeps of a document that was read: searchable PDF, hOCR, ALTO, with the restored words.

``words`` puts the restored text back on the page, word by word; ``hocr`` and ``alto`` write it as XML;
``plugin`` hands it to OCRmyPDF, which lays it under the page, in a child process that ``searchable`` starts
(the extra ``archive``); ``run`` takes the documents from the ledger of an output folder, where all of it
stands, so that nothing is read twice.
"""
