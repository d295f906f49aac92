-- The words that actors are said to have said, by quote: their spans, or the whole passage where a data set does not
-- tell the speaker's words from the reporter's. Never a curator's sentence. `said_terms` is a function of ours
-- (src/db/functions.ts), and joins of spans are marked by U+001E. The index keeps rows alone, no places and no sizes.
CREATE VIEW said_words AS
  SELECT quote_key AS key, said_terms(group_concat(exact, char(30) ORDER BY ordinal)) AS terms FROM spans GROUP BY quote_key
  UNION ALL
  SELECT key, said_terms(text) FROM quotes WHERE kind = 'unspecified' AND text_by = 'source';
--> statement-breakpoint
CREATE VIRTUAL TABLE said_words_fts USING fts5(terms, content='said_words', content_rowid='key', columnsize=0, detail=none, tokenize='ascii');
--> statement-breakpoint
-- A quote is one row, whatever the number of its spans: the row leaves and comes back when one of them changes.
CREATE TRIGGER said_words_span_insert AFTER INSERT ON spans BEGIN
  INSERT INTO said_words_fts (said_words_fts, rowid, terms)
    SELECT 'delete', NEW.quote_key, said_terms(others) FROM (
      SELECT group_concat(exact, char(30) ORDER BY ordinal) AS others FROM spans WHERE quote_key = NEW.quote_key AND ordinal <> NEW.ordinal
    ) WHERE others IS NOT NULL;
  INSERT INTO said_words_fts (rowid, terms)
    SELECT NEW.quote_key, said_terms(group_concat(exact, char(30) ORDER BY ordinal)) FROM spans WHERE quote_key = NEW.quote_key;
END;
--> statement-breakpoint
CREATE TRIGGER said_words_span_delete BEFORE DELETE ON spans BEGIN
  INSERT INTO said_words_fts (said_words_fts, rowid, terms)
    SELECT 'delete', OLD.quote_key, said_terms(group_concat(exact, char(30) ORDER BY ordinal)) FROM spans WHERE quote_key = OLD.quote_key;
  INSERT INTO said_words_fts (rowid, terms)
    SELECT OLD.quote_key, said_terms(others) FROM (
      SELECT group_concat(exact, char(30) ORDER BY ordinal) AS others FROM spans WHERE quote_key = OLD.quote_key AND ordinal <> OLD.ordinal
    ) WHERE others IS NOT NULL;
END;
--> statement-breakpoint
-- Spans are replaced, and never moved to another quote: this holds what no writer of ours does.
CREATE TRIGGER said_words_span_leave BEFORE UPDATE OF quote_key, ordinal, exact ON spans BEGIN
  INSERT INTO said_words_fts (said_words_fts, rowid, terms)
    SELECT 'delete', quote_key, said_terms(group_concat(exact, char(30) ORDER BY ordinal)) FROM spans
    WHERE quote_key IN (OLD.quote_key, NEW.quote_key) GROUP BY quote_key;
END;
--> statement-breakpoint
CREATE TRIGGER said_words_span_return AFTER UPDATE OF quote_key, ordinal, exact ON spans BEGIN
  INSERT INTO said_words_fts (rowid, terms)
    SELECT quote_key, said_terms(group_concat(exact, char(30) ORDER BY ordinal)) FROM spans
    WHERE quote_key IN (OLD.quote_key, NEW.quote_key) GROUP BY quote_key;
END;
--> statement-breakpoint
CREATE TRIGGER said_words_quote_insert AFTER INSERT ON quotes WHEN NEW.kind = 'unspecified' AND NEW.text_by = 'source' BEGIN
  INSERT INTO said_words_fts (rowid, terms) VALUES (NEW.key, said_terms(NEW.text));
END;
--> statement-breakpoint
CREATE TRIGGER said_words_quote_delete BEFORE DELETE ON quotes WHEN OLD.kind = 'unspecified' AND OLD.text_by = 'source' BEGIN
  INSERT INTO said_words_fts (said_words_fts, rowid, terms) VALUES ('delete', OLD.key, said_terms(OLD.text));
END;
--> statement-breakpoint
CREATE TRIGGER said_words_quote_leave BEFORE UPDATE OF kind, text_by, text ON quotes WHEN OLD.kind = 'unspecified' AND OLD.text_by = 'source' BEGIN
  INSERT INTO said_words_fts (said_words_fts, rowid, terms) VALUES ('delete', OLD.key, said_terms(OLD.text));
END;
--> statement-breakpoint
CREATE TRIGGER said_words_quote_return AFTER UPDATE OF kind, text_by, text ON quotes WHEN NEW.kind = 'unspecified' AND NEW.text_by = 'source' BEGIN
  INSERT INTO said_words_fts (rowid, terms) VALUES (NEW.key, said_terms(NEW.text));
END;
--> statement-breakpoint
-- A base that was filled by an earlier release.
INSERT INTO said_words_fts (said_words_fts) VALUES ('rebuild');
