-- The full-text indexes take the column `block` in, so that a search can be read block by block: where two common
-- words never stand together, FTS5 would read both to their ends. An index cannot be altered, so each is made anew.
DROP TRIGGER actors_fts_insert;
--> statement-breakpoint
DROP TRIGGER actors_fts_delete;
--> statement-breakpoint
DROP TRIGGER actors_fts_update;
--> statement-breakpoint
DROP TABLE actors_fts;
--> statement-breakpoint
CREATE VIRTUAL TABLE actors_fts USING fts5(name, names_text, description, block, content='actors', content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER actors_fts_insert AFTER INSERT ON actors BEGIN
  INSERT INTO actors_fts (rowid, name, names_text, description, block) VALUES (NEW.key, NEW.name, NEW.names_text, NEW.description, NEW.block);
END;
--> statement-breakpoint
CREATE TRIGGER actors_fts_delete AFTER DELETE ON actors BEGIN
  INSERT INTO actors_fts (actors_fts, rowid, name, names_text, description, block) VALUES ('delete', OLD.key, OLD.name, OLD.names_text, OLD.description, OLD.block);
END;
--> statement-breakpoint
CREATE TRIGGER actors_fts_update AFTER UPDATE OF name, names_text, description ON actors BEGIN
  INSERT INTO actors_fts (actors_fts, rowid, name, names_text, description, block) VALUES ('delete', OLD.key, OLD.name, OLD.names_text, OLD.description, OLD.block);
  INSERT INTO actors_fts (rowid, name, names_text, description, block) VALUES (NEW.key, NEW.name, NEW.names_text, NEW.description, NEW.block);
END;
--> statement-breakpoint
INSERT INTO actors_fts (actors_fts) VALUES ('rebuild');
--> statement-breakpoint
DROP TRIGGER topics_fts_insert;
--> statement-breakpoint
DROP TRIGGER topics_fts_delete;
--> statement-breakpoint
DROP TRIGGER topics_fts_update;
--> statement-breakpoint
DROP TABLE topics_fts;
--> statement-breakpoint
CREATE VIRTUAL TABLE topics_fts USING fts5(label, alt_labels_text, proposition, description, block, content='topics', content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER topics_fts_insert AFTER INSERT ON topics BEGIN
  INSERT INTO topics_fts (rowid, label, alt_labels_text, proposition, description, block) VALUES (NEW.key, NEW.label, NEW.alt_labels_text, NEW.proposition, NEW.description, NEW.block);
END;
--> statement-breakpoint
CREATE TRIGGER topics_fts_delete AFTER DELETE ON topics BEGIN
  INSERT INTO topics_fts (topics_fts, rowid, label, alt_labels_text, proposition, description, block) VALUES ('delete', OLD.key, OLD.label, OLD.alt_labels_text, OLD.proposition, OLD.description, OLD.block);
END;
--> statement-breakpoint
CREATE TRIGGER topics_fts_update AFTER UPDATE OF label, alt_labels_text, proposition, description ON topics BEGIN
  INSERT INTO topics_fts (topics_fts, rowid, label, alt_labels_text, proposition, description, block) VALUES ('delete', OLD.key, OLD.label, OLD.alt_labels_text, OLD.proposition, OLD.description, OLD.block);
  INSERT INTO topics_fts (rowid, label, alt_labels_text, proposition, description, block) VALUES (NEW.key, NEW.label, NEW.alt_labels_text, NEW.proposition, NEW.description, NEW.block);
END;
--> statement-breakpoint
INSERT INTO topics_fts (topics_fts) VALUES ('rebuild');
--> statement-breakpoint
DROP TRIGGER corpora_fts_insert;
--> statement-breakpoint
DROP TRIGGER corpora_fts_delete;
--> statement-breakpoint
DROP TRIGGER corpora_fts_update;
--> statement-breakpoint
DROP TABLE corpora_fts;
--> statement-breakpoint
CREATE VIRTUAL TABLE corpora_fts USING fts5(title, description, block, content='corpora', content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER corpora_fts_insert AFTER INSERT ON corpora BEGIN
  INSERT INTO corpora_fts (rowid, title, description, block) VALUES (NEW.key, NEW.title, NEW.description, NEW.block);
END;
--> statement-breakpoint
CREATE TRIGGER corpora_fts_delete AFTER DELETE ON corpora BEGIN
  INSERT INTO corpora_fts (corpora_fts, rowid, title, description, block) VALUES ('delete', OLD.key, OLD.title, OLD.description, OLD.block);
END;
--> statement-breakpoint
CREATE TRIGGER corpora_fts_update AFTER UPDATE OF title, description ON corpora BEGIN
  INSERT INTO corpora_fts (corpora_fts, rowid, title, description, block) VALUES ('delete', OLD.key, OLD.title, OLD.description, OLD.block);
  INSERT INTO corpora_fts (rowid, title, description, block) VALUES (NEW.key, NEW.title, NEW.description, NEW.block);
END;
--> statement-breakpoint
INSERT INTO corpora_fts (corpora_fts) VALUES ('rebuild');
--> statement-breakpoint
DROP TRIGGER sources_fts_insert;
--> statement-breakpoint
DROP TRIGGER sources_fts_delete;
--> statement-breakpoint
DROP TRIGGER sources_fts_update;
--> statement-breakpoint
DROP TABLE sources_fts;
--> statement-breakpoint
CREATE VIRTUAL TABLE sources_fts USING fts5(title, note, block, content='sources', content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER sources_fts_insert AFTER INSERT ON sources BEGIN
  INSERT INTO sources_fts (rowid, title, note, block) VALUES (NEW.key, NEW.title, NEW.note, NEW.block);
END;
--> statement-breakpoint
CREATE TRIGGER sources_fts_delete AFTER DELETE ON sources BEGIN
  INSERT INTO sources_fts (sources_fts, rowid, title, note, block) VALUES ('delete', OLD.key, OLD.title, OLD.note, OLD.block);
END;
--> statement-breakpoint
CREATE TRIGGER sources_fts_update AFTER UPDATE OF title, note ON sources BEGIN
  INSERT INTO sources_fts (sources_fts, rowid, title, note, block) VALUES ('delete', OLD.key, OLD.title, OLD.note, OLD.block);
  INSERT INTO sources_fts (rowid, title, note, block) VALUES (NEW.key, NEW.title, NEW.note, NEW.block);
END;
--> statement-breakpoint
INSERT INTO sources_fts (sources_fts) VALUES ('rebuild');
--> statement-breakpoint
DROP TRIGGER quotes_fts_insert;
--> statement-breakpoint
DROP TRIGGER quotes_fts_delete;
--> statement-breakpoint
DROP TRIGGER quotes_fts_update;
--> statement-breakpoint
DROP TABLE quotes_fts;
--> statement-breakpoint
CREATE VIRTUAL TABLE quotes_fts USING fts5(text, block, content='quotes', content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER quotes_fts_insert AFTER INSERT ON quotes BEGIN
  INSERT INTO quotes_fts (rowid, text, block) VALUES (NEW.key, NEW.text, NEW.block);
END;
--> statement-breakpoint
CREATE TRIGGER quotes_fts_delete AFTER DELETE ON quotes BEGIN
  INSERT INTO quotes_fts (quotes_fts, rowid, text, block) VALUES ('delete', OLD.key, OLD.text, OLD.block);
END;
--> statement-breakpoint
CREATE TRIGGER quotes_fts_update AFTER UPDATE OF text ON quotes BEGIN
  INSERT INTO quotes_fts (quotes_fts, rowid, text, block) VALUES ('delete', OLD.key, OLD.text, OLD.block);
  INSERT INTO quotes_fts (rowid, text, block) VALUES (NEW.key, NEW.text, NEW.block);
END;
--> statement-breakpoint
INSERT INTO quotes_fts (quotes_fts) VALUES ('rebuild');
--> statement-breakpoint
DROP TRIGGER stances_fts_insert;
--> statement-breakpoint
DROP TRIGGER stances_fts_delete;
--> statement-breakpoint
DROP TRIGGER stances_fts_update;
--> statement-breakpoint
DROP TABLE stances_fts;
--> statement-breakpoint
CREATE VIRTUAL TABLE stances_fts USING fts5(statement, block, content='stances', content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER stances_fts_insert AFTER INSERT ON stances BEGIN
  INSERT INTO stances_fts (rowid, statement, block) VALUES (NEW.key, NEW.statement, NEW.block);
END;
--> statement-breakpoint
CREATE TRIGGER stances_fts_delete AFTER DELETE ON stances BEGIN
  INSERT INTO stances_fts (stances_fts, rowid, statement, block) VALUES ('delete', OLD.key, OLD.statement, OLD.block);
END;
--> statement-breakpoint
CREATE TRIGGER stances_fts_update AFTER UPDATE OF statement ON stances BEGIN
  INSERT INTO stances_fts (stances_fts, rowid, statement, block) VALUES ('delete', OLD.key, OLD.statement, OLD.block);
  INSERT INTO stances_fts (rowid, statement, block) VALUES (NEW.key, NEW.statement, NEW.block);
END;
--> statement-breakpoint
INSERT INTO stances_fts (stances_fts) VALUES ('rebuild');
