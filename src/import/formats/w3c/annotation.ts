/** A Web Annotation (https://www.w3.org/TR/annotation-model/), or one of Hypothesis's API, in one shape. */

export type QuoteSelector = { exact: string; prefix: string; suffix: string };
export type PositionSelector = { start: number; end: number };

export type Annotation = {
  id: string | null;
  /** Address of the annotated document. */
  uri: string;
  title: string | null;
  quote: QuoteSelector | null;
  position: PositionSelector | null;
  /** What the annotator wrote beside it; null for nothing. */
  text: string | null;
  tags: string[];
  /** Who annotated, as a name. */
  creator: string | null;
  is_reply: boolean;
  /** Types of selectors that are not read. */
  other_selectors: string[];
};

type Json = Record<string, unknown>;

/** The annotations inside what a file may hold: one, a list, a search result, a collection or a page of one. */
export function* listAnnotations(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const part of value) yield* listAnnotations(part);
    return;
  }
  if (!isObject(value)) {
    yield value;
    return;
  }
  const inside = value.rows ?? value.items ?? value.first;
  if (Array.isArray(inside) || isObject(inside)) yield* listAnnotations(inside);
  else yield value;
}

export function holdsSeveral(value: unknown): boolean {
  return listAnnotations(value).next().value !== value;
}

/** How many annotations there are in all, of which a search result or a collection gives a page; null where it is not said. */
export function countAll(value: unknown): number | null {
  if (!isObject(value) || !Number.isInteger(value.total)) return null;
  return value.total as number;
}

/** What is wrong with it, in a sentence, where it is none. */
export function readAnnotation(value: unknown): Annotation | string {
  if (!isObject(value)) return 'this is no annotation, which is an object with a target';
  const targets = listOf(value.target);
  if (targets.length > 1) return 'it has several targets; an annotation of one document is read';
  const [target] = targets;
  const source = isObject(target) ? (target.source ?? target.id) : target;
  const uri = readText(isObject(source) ? source.id : source) ?? readText(value.uri);
  if (uri === null) return 'it has no target with the address of a document';
  const annotation: Annotation = {
    id: readText(value.id),
    uri,
    title: readTitle(value.document),
    quote: null,
    position: null,
    text: readText(value.text),
    tags: listOf(value.tags).flatMap((tag) => readText(tag) ?? []),
    creator: readCreator(value),
    is_reply: listOf(value.references).length > 0,
    other_selectors: [],
  };
  for (const body of listOf(value.body ?? value.bodyValue)) readBody(annotation, body);
  const selectors = isObject(target) ? listOf(target.selector) : [];
  for (const selector of selectors) {
    const fault = readSelector(annotation, selector);
    if (fault !== null) return fault;
  }
  return annotation;
}

function readBody(annotation: Annotation, body: unknown): void {
  if (!isObject(body)) {
    annotation.text ??= readText(body);
    return;
  }
  const value = readText(body.value);
  if (value === null) return;
  if (listOf(body.purpose).includes('tagging')) annotation.tags.push(value);
  else annotation.text = annotation.text === null ? value : `${annotation.text}\n${value}`;
}

function readSelector(annotation: Annotation, selector: unknown): string | null {
  if (!isObject(selector)) return null;
  const { type, exact, start, end } = selector;
  if (type === 'TextQuoteSelector') {
    if (typeof exact !== 'string' || exact === '') return 'its TextQuoteSelector has no exact words';
    annotation.quote ??= {
      exact,
      prefix: readText(selector.prefix) ?? '',
      suffix: readText(selector.suffix) ?? '',
    };
  } else if (type === 'TextPositionSelector') {
    if (
      !Number.isInteger(start) ||
      !Number.isInteger(end) ||
      (start as number) < 0 ||
      (end as number) <= (start as number)
    )
      return `its TextPositionSelector goes from ${String(start)} to ${String(end)}, which is no stretch of a text`;
    annotation.position ??= { start: start as number, end: end as number };
  } else {
    annotation.other_selectors.push(readText(type) ?? 'selector without a type');
  }
  return null;
}

function readTitle(document: unknown): string | null {
  return isObject(document) ? readText(listOf(document.title)[0]) : null;
}

/** `acct:jane@hypothes.is` is jane. */
function readCreator({ user, user_info: info, creator }: Json): string | null {
  if (isObject(info) && readText(info.display_name) !== null) return readText(info.display_name);
  const account = readText(user);
  if (account !== null) return account.replace(/^acct:/, '').replace(/@[^@]*$/, '');
  const [first] = listOf(creator);
  if (!isObject(first)) return readText(first);
  return readText(first.name) ?? readText(first.nickname) ?? readText(first.id);
}

function readText(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function listOf(value: unknown): unknown[] {
  return value == null ? [] : Array.isArray(value) ? value : [value];
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
