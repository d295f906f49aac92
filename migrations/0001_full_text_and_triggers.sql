-- What drizzle-kit cannot express. A table that a later migration rebuilds loses its triggers without a word:
-- make them again in the same migration. A test lists them and checks every full-text index.
CREATE VIRTUAL TABLE actors_fts USING fts5(name, names_text, description, content='actors', content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER actors_fts_insert AFTER INSERT ON actors BEGIN
  INSERT INTO actors_fts (rowid, name, names_text, description) VALUES (NEW.key, NEW.name, NEW.names_text, NEW.description);
END;
--> statement-breakpoint
CREATE TRIGGER actors_fts_delete AFTER DELETE ON actors BEGIN
  INSERT INTO actors_fts (actors_fts, rowid, name, names_text, description) VALUES ('delete', OLD.key, OLD.name, OLD.names_text, OLD.description);
END;
--> statement-breakpoint
CREATE TRIGGER actors_fts_update AFTER UPDATE OF name, names_text, description ON actors BEGIN
  INSERT INTO actors_fts (actors_fts, rowid, name, names_text, description) VALUES ('delete', OLD.key, OLD.name, OLD.names_text, OLD.description);
  INSERT INTO actors_fts (rowid, name, names_text, description) VALUES (NEW.key, NEW.name, NEW.names_text, NEW.description);
END;
--> statement-breakpoint
CREATE VIRTUAL TABLE topics_fts USING fts5(label, alt_labels_text, proposition, description, content='topics', content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER topics_fts_insert AFTER INSERT ON topics BEGIN
  INSERT INTO topics_fts (rowid, label, alt_labels_text, proposition, description) VALUES (NEW.key, NEW.label, NEW.alt_labels_text, NEW.proposition, NEW.description);
END;
--> statement-breakpoint
CREATE TRIGGER topics_fts_delete AFTER DELETE ON topics BEGIN
  INSERT INTO topics_fts (topics_fts, rowid, label, alt_labels_text, proposition, description) VALUES ('delete', OLD.key, OLD.label, OLD.alt_labels_text, OLD.proposition, OLD.description);
END;
--> statement-breakpoint
CREATE TRIGGER topics_fts_update AFTER UPDATE OF label, alt_labels_text, proposition, description ON topics BEGIN
  INSERT INTO topics_fts (topics_fts, rowid, label, alt_labels_text, proposition, description) VALUES ('delete', OLD.key, OLD.label, OLD.alt_labels_text, OLD.proposition, OLD.description);
  INSERT INTO topics_fts (rowid, label, alt_labels_text, proposition, description) VALUES (NEW.key, NEW.label, NEW.alt_labels_text, NEW.proposition, NEW.description);
END;
--> statement-breakpoint
CREATE VIRTUAL TABLE corpora_fts USING fts5(title, description, content='corpora', content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER corpora_fts_insert AFTER INSERT ON corpora BEGIN
  INSERT INTO corpora_fts (rowid, title, description) VALUES (NEW.key, NEW.title, NEW.description);
END;
--> statement-breakpoint
CREATE TRIGGER corpora_fts_delete AFTER DELETE ON corpora BEGIN
  INSERT INTO corpora_fts (corpora_fts, rowid, title, description) VALUES ('delete', OLD.key, OLD.title, OLD.description);
END;
--> statement-breakpoint
CREATE TRIGGER corpora_fts_update AFTER UPDATE OF title, description ON corpora BEGIN
  INSERT INTO corpora_fts (corpora_fts, rowid, title, description) VALUES ('delete', OLD.key, OLD.title, OLD.description);
  INSERT INTO corpora_fts (rowid, title, description) VALUES (NEW.key, NEW.title, NEW.description);
END;
--> statement-breakpoint
CREATE VIRTUAL TABLE sources_fts USING fts5(title, note, content='sources', content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER sources_fts_insert AFTER INSERT ON sources BEGIN
  INSERT INTO sources_fts (rowid, title, note) VALUES (NEW.key, NEW.title, NEW.note);
END;
--> statement-breakpoint
CREATE TRIGGER sources_fts_delete AFTER DELETE ON sources BEGIN
  INSERT INTO sources_fts (sources_fts, rowid, title, note) VALUES ('delete', OLD.key, OLD.title, OLD.note);
END;
--> statement-breakpoint
CREATE TRIGGER sources_fts_update AFTER UPDATE OF title, note ON sources BEGIN
  INSERT INTO sources_fts (sources_fts, rowid, title, note) VALUES ('delete', OLD.key, OLD.title, OLD.note);
  INSERT INTO sources_fts (rowid, title, note) VALUES (NEW.key, NEW.title, NEW.note);
END;
--> statement-breakpoint
CREATE VIRTUAL TABLE quotes_fts USING fts5(text, content='quotes', content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER quotes_fts_insert AFTER INSERT ON quotes BEGIN
  INSERT INTO quotes_fts (rowid, text) VALUES (NEW.key, NEW.text);
END;
--> statement-breakpoint
CREATE TRIGGER quotes_fts_delete AFTER DELETE ON quotes BEGIN
  INSERT INTO quotes_fts (quotes_fts, rowid, text) VALUES ('delete', OLD.key, OLD.text);
END;
--> statement-breakpoint
CREATE TRIGGER quotes_fts_update AFTER UPDATE OF text ON quotes BEGIN
  INSERT INTO quotes_fts (quotes_fts, rowid, text) VALUES ('delete', OLD.key, OLD.text);
  INSERT INTO quotes_fts (rowid, text) VALUES (NEW.key, NEW.text);
END;
--> statement-breakpoint
CREATE VIRTUAL TABLE stances_fts USING fts5(statement, content='stances', content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER stances_fts_insert AFTER INSERT ON stances BEGIN
  INSERT INTO stances_fts (rowid, statement) VALUES (NEW.key, NEW.statement);
END;
--> statement-breakpoint
CREATE TRIGGER stances_fts_delete AFTER DELETE ON stances BEGIN
  INSERT INTO stances_fts (stances_fts, rowid, statement) VALUES ('delete', OLD.key, OLD.statement);
END;
--> statement-breakpoint
CREATE TRIGGER stances_fts_update AFTER UPDATE OF statement ON stances BEGIN
  INSERT INTO stances_fts (stances_fts, rowid, statement) VALUES ('delete', OLD.key, OLD.statement);
  INSERT INTO stances_fts (rowid, statement) VALUES (NEW.key, NEW.statement);
END;
--> statement-breakpoint
CREATE TRIGGER quotes_place_insert BEFORE INSERT ON quotes BEGIN
  SELECT RAISE(ABORT, 'a passage ends outside its source')
    WHERE NEW.passage_end > (SELECT text_length FROM sources WHERE key = NEW.source_key);
  SELECT RAISE(ABORT, 'a passage is not what its source has there')
    WHERE NEW.passage_exact <> (
      SELECT substr(text, NEW.passage_start + 1, NEW.passage_end - NEW.passage_start) FROM sources WHERE key = NEW.source_key
    );
END;
--> statement-breakpoint
CREATE TRIGGER spans_place_insert BEFORE INSERT ON spans BEGIN
  SELECT RAISE(ABORT, 'a span lies outside its passage')
    FROM quotes q WHERE q.key = NEW.quote_key AND (NEW.start < q.passage_start OR NEW.end > q.passage_end);
  SELECT RAISE(ABORT, 'a span has a place, and its quote has none')
    FROM quotes q WHERE q.key = NEW.quote_key AND NEW.start IS NOT NULL AND q.passage_start IS NULL;
  SELECT RAISE(ABORT, 'a span is not what its passage has there')
    FROM quotes q WHERE q.key = NEW.quote_key
      AND substr(q.passage_exact, NEW.start - q.passage_start + 1, NEW.end - NEW.start) <> NEW.exact;
  SELECT RAISE(ABORT, 'a span does not stand where it says in the text of its quote')
    FROM quotes q WHERE q.key = NEW.quote_key
      AND substr(q.text, NEW.text_start + 1, NEW.text_end - NEW.text_start) <> NEW.exact;
  SELECT RAISE(ABORT, 'an indirect quote has no words of the actor''s own')
    FROM quotes q WHERE q.key = NEW.quote_key AND q.kind = 'indirect';
END;
--> statement-breakpoint
CREATE TRIGGER stance_evidence_insert BEFORE INSERT ON stance_evidence BEGIN
  SELECT RAISE(ABORT, 'evidence is neither the actor''s quote nor one made on the actor''s behalf')
    FROM stances s, quotes q WHERE s.key = NEW.stance_key AND q.key = NEW.quote_key
      AND s.actor_key IS NOT q.actor_key AND s.actor_key IS NOT q.on_behalf_of_key;
  SELECT RAISE(ABORT, 'a passage ends outside its source')
    FROM stances s JOIN sources d ON d.key = s.source_key WHERE s.key = NEW.stance_key AND NEW.passage_end > d.text_length;
END;
--> statement-breakpoint
CREATE TRIGGER quotes_place_update BEFORE UPDATE OF source_key, passage_start, passage_end, passage_exact ON quotes BEGIN
  SELECT RAISE(ABORT, 'a passage ends outside its source')
    WHERE NEW.passage_end > (SELECT text_length FROM sources WHERE key = NEW.source_key);
  SELECT RAISE(ABORT, 'a passage is not what its source has there')
    WHERE NEW.passage_exact <> (
      SELECT substr(text, NEW.passage_start + 1, NEW.passage_end - NEW.passage_start) FROM sources WHERE key = NEW.source_key
    );
END;
--> statement-breakpoint
CREATE TRIGGER spans_place_update BEFORE UPDATE ON spans BEGIN
  SELECT RAISE(ABORT, 'a span lies outside its passage')
    FROM quotes q WHERE q.key = NEW.quote_key AND (NEW.start < q.passage_start OR NEW.end > q.passage_end);
  SELECT RAISE(ABORT, 'a span has a place, and its quote has none')
    FROM quotes q WHERE q.key = NEW.quote_key AND NEW.start IS NOT NULL AND q.passage_start IS NULL;
  SELECT RAISE(ABORT, 'a span is not what its passage has there')
    FROM quotes q WHERE q.key = NEW.quote_key
      AND substr(q.passage_exact, NEW.start - q.passage_start + 1, NEW.end - NEW.start) <> NEW.exact;
  SELECT RAISE(ABORT, 'a span does not stand where it says in the text of its quote')
    FROM quotes q WHERE q.key = NEW.quote_key
      AND substr(q.text, NEW.text_start + 1, NEW.text_end - NEW.text_start) <> NEW.exact;
  SELECT RAISE(ABORT, 'an indirect quote has no words of the actor''s own')
    FROM quotes q WHERE q.key = NEW.quote_key AND q.kind = 'indirect';
END;
--> statement-breakpoint
CREATE TRIGGER stance_evidence_update BEFORE UPDATE ON stance_evidence BEGIN
  SELECT RAISE(ABORT, 'evidence is neither the actor''s quote nor one made on the actor''s behalf')
    FROM stances s, quotes q WHERE s.key = NEW.stance_key AND q.key = NEW.quote_key
      AND s.actor_key IS NOT q.actor_key AND s.actor_key IS NOT q.on_behalf_of_key;
  SELECT RAISE(ABORT, 'a passage ends outside its source')
    FROM stances s JOIN sources d ON d.key = s.source_key WHERE s.key = NEW.stance_key AND NEW.passage_end > d.text_length;
END;
--> statement-breakpoint
CREATE TRIGGER quotes_text_update BEFORE UPDATE OF text, kind ON quotes BEGIN
  SELECT RAISE(ABORT, 'the text of a quote changed under its spans')
    FROM spans s WHERE s.quote_key = OLD.key
      AND (substr(NEW.text, s.text_start + 1, s.text_end - s.text_start) <> s.exact OR NEW.kind = 'indirect');
END;
