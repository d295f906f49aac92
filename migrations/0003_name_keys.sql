CREATE TABLE `actor_name_keys` (
	`key` integer PRIMARY KEY NOT NULL,
	`owner_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`plain` text NOT NULL,
	`joined` text NOT NULL,
	`words` text NOT NULL,
	`sounds` text NOT NULL,
	`backwards` text NOT NULL,
	FOREIGN KEY (`owner_key`) REFERENCES `actors`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `actor_name_keys_joined` ON `actor_name_keys` (`joined`,`owner_key`);--> statement-breakpoint
CREATE INDEX `actor_name_keys_owner` ON `actor_name_keys` (`owner_key`,`ordinal`);--> statement-breakpoint
CREATE TABLE `source_name_keys` (
	`key` integer PRIMARY KEY NOT NULL,
	`owner_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`plain` text NOT NULL,
	`joined` text NOT NULL,
	`words` text NOT NULL,
	`sounds` text NOT NULL,
	`backwards` text NOT NULL,
	FOREIGN KEY (`owner_key`) REFERENCES `sources`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `source_name_keys_joined` ON `source_name_keys` (`joined`,`owner_key`);--> statement-breakpoint
CREATE INDEX `source_name_keys_owner` ON `source_name_keys` (`owner_key`,`ordinal`);--> statement-breakpoint
CREATE TABLE `topic_name_keys` (
	`key` integer PRIMARY KEY NOT NULL,
	`owner_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`plain` text NOT NULL,
	`joined` text NOT NULL,
	`words` text NOT NULL,
	`sounds` text NOT NULL,
	`backwards` text NOT NULL,
	FOREIGN KEY (`owner_key`) REFERENCES `topics`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `topic_name_keys_joined` ON `topic_name_keys` (`joined`,`owner_key`);--> statement-breakpoint
CREATE INDEX `topic_name_keys_owner` ON `topic_name_keys` (`owner_key`,`ordinal`);--> statement-breakpoint
-- Full-text indexes over folded names. Without positions and sizes: nothing is ranked by them, and no phrase is asked for.
-- The vocabulary beside each tells which words there are.
CREATE VIRTUAL TABLE actor_name_keys_fts USING fts5(words, sounds, backwards, content='actor_name_keys', content_rowid='key', tokenize='ascii', detail='column', columnsize=0, prefix='1 2 3');
--> statement-breakpoint
CREATE VIRTUAL TABLE actor_name_keys_fts_words USING fts5vocab(actor_name_keys_fts, col);
--> statement-breakpoint
CREATE TRIGGER actor_name_keys_fts_insert AFTER INSERT ON actor_name_keys BEGIN
  INSERT INTO actor_name_keys_fts (rowid, words, sounds, backwards) VALUES (NEW.key, NEW.words, NEW.sounds, NEW.backwards);
END;
--> statement-breakpoint
CREATE TRIGGER actor_name_keys_fts_delete AFTER DELETE ON actor_name_keys BEGIN
  INSERT INTO actor_name_keys_fts (actor_name_keys_fts, rowid, words, sounds, backwards) VALUES ('delete', OLD.key, OLD.words, OLD.sounds, OLD.backwards);
END;
--> statement-breakpoint
CREATE TRIGGER actor_name_keys_fts_update AFTER UPDATE OF words, sounds, backwards ON actor_name_keys BEGIN
  INSERT INTO actor_name_keys_fts (actor_name_keys_fts, rowid, words, sounds, backwards) VALUES ('delete', OLD.key, OLD.words, OLD.sounds, OLD.backwards);
  INSERT INTO actor_name_keys_fts (rowid, words, sounds, backwards) VALUES (NEW.key, NEW.words, NEW.sounds, NEW.backwards);
END;
--> statement-breakpoint
CREATE VIRTUAL TABLE topic_name_keys_fts USING fts5(words, sounds, backwards, content='topic_name_keys', content_rowid='key', tokenize='ascii', detail='column', columnsize=0, prefix='1 2 3');
--> statement-breakpoint
CREATE VIRTUAL TABLE topic_name_keys_fts_words USING fts5vocab(topic_name_keys_fts, col);
--> statement-breakpoint
CREATE TRIGGER topic_name_keys_fts_insert AFTER INSERT ON topic_name_keys BEGIN
  INSERT INTO topic_name_keys_fts (rowid, words, sounds, backwards) VALUES (NEW.key, NEW.words, NEW.sounds, NEW.backwards);
END;
--> statement-breakpoint
CREATE TRIGGER topic_name_keys_fts_delete AFTER DELETE ON topic_name_keys BEGIN
  INSERT INTO topic_name_keys_fts (topic_name_keys_fts, rowid, words, sounds, backwards) VALUES ('delete', OLD.key, OLD.words, OLD.sounds, OLD.backwards);
END;
--> statement-breakpoint
CREATE TRIGGER topic_name_keys_fts_update AFTER UPDATE OF words, sounds, backwards ON topic_name_keys BEGIN
  INSERT INTO topic_name_keys_fts (topic_name_keys_fts, rowid, words, sounds, backwards) VALUES ('delete', OLD.key, OLD.words, OLD.sounds, OLD.backwards);
  INSERT INTO topic_name_keys_fts (rowid, words, sounds, backwards) VALUES (NEW.key, NEW.words, NEW.sounds, NEW.backwards);
END;
--> statement-breakpoint
CREATE VIRTUAL TABLE source_name_keys_fts USING fts5(words, sounds, backwards, content='source_name_keys', content_rowid='key', tokenize='ascii', detail='column', columnsize=0, prefix='1 2 3');
--> statement-breakpoint
CREATE VIRTUAL TABLE source_name_keys_fts_words USING fts5vocab(source_name_keys_fts, col);
--> statement-breakpoint
CREATE TRIGGER source_name_keys_fts_insert AFTER INSERT ON source_name_keys BEGIN
  INSERT INTO source_name_keys_fts (rowid, words, sounds, backwards) VALUES (NEW.key, NEW.words, NEW.sounds, NEW.backwards);
END;
--> statement-breakpoint
CREATE TRIGGER source_name_keys_fts_delete AFTER DELETE ON source_name_keys BEGIN
  INSERT INTO source_name_keys_fts (source_name_keys_fts, rowid, words, sounds, backwards) VALUES ('delete', OLD.key, OLD.words, OLD.sounds, OLD.backwards);
END;
--> statement-breakpoint
CREATE TRIGGER source_name_keys_fts_update AFTER UPDATE OF words, sounds, backwards ON source_name_keys BEGIN
  INSERT INTO source_name_keys_fts (source_name_keys_fts, rowid, words, sounds, backwards) VALUES ('delete', OLD.key, OLD.words, OLD.sounds, OLD.backwards);
  INSERT INTO source_name_keys_fts (rowid, words, sounds, backwards) VALUES (NEW.key, NEW.words, NEW.sounds, NEW.backwards);
END;
