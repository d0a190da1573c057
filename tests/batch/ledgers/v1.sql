PRAGMA application_id=1752134511;
PRAGMA user_version=1;
CREATE TABLE files (
    source_file TEXT PRIMARY KEY, path BLOB NOT NULL, stat TEXT NOT NULL, key TEXT NOT NULL,
    sha256 TEXT NOT NULL, kind TEXT NOT NULL, pages INTEGER NOT NULL, info BLOB NOT NULL,
    stage TEXT, code TEXT, message TEXT
) WITHOUT ROWID;
CREATE INDEX files_sha256 ON files (sha256, source_file);
CREATE TABLE pages (
    sha256 TEXT, number INTEGER, key TEXT NOT NULL, digest TEXT NOT NULL,
    stage TEXT, code TEXT, message TEXT, PRIMARY KEY (sha256, number)
) WITHOUT ROWID;
CREATE TABLE page_data (sha256 TEXT, number INTEGER, data BLOB NOT NULL, PRIMARY KEY (sha256, number));
CREATE TABLE documents (
    sha256 TEXT PRIMARY KEY, source_file TEXT NOT NULL, key TEXT NOT NULL,
    stage TEXT, code TEXT, message TEXT
) WITHOUT ROWID;
CREATE INDEX documents_source_file ON documents (source_file);
CREATE TABLE parts (name TEXT, sha256 TEXT, data BLOB NOT NULL, PRIMARY KEY (name, sha256));
CREATE INDEX parts_sha256 ON parts (sha256);
INSERT INTO files VALUES
    ('a', CAST('/in/a' AS BLOB), '[1]', 'key', 's1', 'pdf', 2, X'789cab56cacecc4b51b2522a484953aa050022fe049b', NULL, NULL, NULL),
    ('lost', CAST('/in/lost' AS BLOB), '[1]', 'key', 's3', 'pdf', 2, X'789cab56cacecc4b51b2522a484953aa050022fe049b', 'ocr', 'timeout', 'slow');
INSERT INTO pages VALUES
    ('s1', 1, 'k', 'd', NULL, NULL, NULL), ('s1', 2, 'k', '', 'ocr', 'timeout', 'slow');
INSERT INTO page_data VALUES ('s1', 1, CAST('page' AS BLOB));
INSERT INTO documents VALUES ('s1', 'a', 'k', 'ocr', 'timeout', 'slow');
INSERT INTO parts VALUES ('text', 's1', CAST('y' AS BLOB));
