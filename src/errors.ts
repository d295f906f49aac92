/**
 * The catalogue of refusals: every answer that is not a success has its entry here.
 * Anyone may throw one; only the doors turn it into bytes (HTTP a problem document, the command line a sentence).
 */

type Entry = { readonly status: number; readonly title: string; readonly hint: string };

export const catalogue = {
  unknown_parameter: {
    status: 400,
    title: 'Unknown parameter',
    hint: 'The operation has no parameter of this name. `allowed` lists those it has, `nearest` the likeliest.',
  },
  invalid_value: {
    status: 400,
    title: 'Invalid value',
    hint: 'The parameter exists, its value cannot be read. The sentence says what would be right.',
  },
  unknown_word: {
    status: 400,
    title: 'Word outside a closed list',
    hint: 'The value must be one of `allowed`. `/v1/vocabulary` explains each word.',
  },
  unknown_id: {
    status: 400,
    title: 'No record has this id',
    hint: 'A filter names an id that the base does not hold. Filters take ids, not labels: look the id up in the list of its noun.',
  },
  unknown_field: {
    status: 400,
    title: 'Unknown field',
    hint: '`fields`, `group_by`, `facets` and `sort` take the dotted names in `allowed`.',
  },
  repeated_parameter: {
    status: 400,
    title: 'Parameter given twice',
    hint: 'Only filters may be repeated (both must hold); anything else is given once.',
  },
  conflicting_parameters: {
    status: 400,
    title: 'Parameters that exclude each other',
    hint: 'Two of the given parameters ask for different things. Leave one of them out.',
  },
  too_much: {
    status: 400,
    title: 'More than one request may ask',
    hint: 'The request is well formed and larger than the stated bound. Ask for less, or in several requests.',
  },
  invalid_cursor: {
    status: 400,
    title: 'Unreadable cursor',
    hint: 'A cursor is taken unchanged from `next_cursor`; it cannot be made by hand.',
  },
  cursor_mismatch: {
    status: 400,
    title: 'Cursor of another list',
    hint: 'A cursor goes on with the filters, the order and the noun it was given for. Repeat them all, or start without a cursor.',
  },
  cursor_expired: {
    status: 400,
    title: 'Cursor of earlier data',
    hint: 'Ranked results are bound to the version of the data they were ranked in. Start again without a cursor.',
  },
  bad_request: {
    status: 400,
    title: 'Unreadable request',
    hint: 'The request is not well-formed HTTP, or its address is not a well-formed URL.',
  },
  invalid_body: {
    status: 400,
    title: 'Unreadable body',
    hint: 'The body cannot be read as what its `Content-Type` says. The sentence says why.',
  },
  not_found: {
    status: 404,
    title: 'No such record',
    hint: 'No record of this noun has, or ever had, this id.',
  },
  no_such_path: {
    status: 404,
    title: 'No such address',
    hint: 'Nothing is served at this path. `/v1` lists what is.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    hint: 'The `Allow` header lists the methods of this address.',
  },
  not_acceptable: {
    status: 406,
    title: 'No acceptable format',
    hint: 'The `Accept` header asks only for formats this address does not have. `allowed` lists those it has.',
  },
  request_timeout: {
    status: 408,
    title: 'The request took too long to arrive',
    hint: 'The client sent its request too slowly. Send it again.',
  },
  withdrawn: {
    status: 410,
    title: 'Withdrawn',
    hint: 'The record was served once and has been withdrawn; the sentence gives the reason. Its id will not be used again.',
  },
  payload_too_large: {
    status: 413,
    title: 'Body too large',
    hint: 'This address does not read bodies of this size.',
  },
  uri_too_long: {
    status: 414,
    title: 'Address too long',
    hint: 'The path or one of its parts is longer than anything served here.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    hint: 'This address does not read bodies of this type.',
  },
  headers_too_large: {
    status: 431,
    title: 'Headers too large',
    hint: 'The request line and headers together exceed what the server reads.',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    hint: 'A fault of the server, not of the request. Report it with the `request_id`.',
  },
  deadline_exceeded: {
    status: 503,
    title: 'Not ready in time',
    hint: 'An exact or costly answer was asked for, and took longer than the deadline. Filter more, or ask for the answer that is bounded.',
  },
  overloaded: {
    status: 503,
    title: 'Too much at once',
    hint: 'More is asked at the moment than can be answered soon. Ask again after the seconds that `Retry-After` gives.',
  },
  not_ready: {
    status: 503,
    title: 'Not ready',
    hint: 'The server cannot answer from its database at the moment. Try again shortly.',
  },
} as const satisfies Record<string, Entry>;

export type RefusalCode = keyof typeof catalogue;

/** What a refusal says besides its sentence; every key is optional and appears in the problem document under its name. */
export type RefusalDetails = {
  /** The query parameter at fault. */
  parameter?: string;
  /** The value at fault, as given. */
  value?: string;
  /** What would have been accepted; cut to a readable number. */
  allowed?: readonly string[];
  /** The accepted value most like the given one. */
  nearest?: string;
  headers?: Readonly<Record<string, string>>;
};

export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly details: RefusalDetails;
  constructor(code: RefusalCode, sentence: string, details: RefusalDetails = {}) {
    super(sentence);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
  get status(): number {
    return catalogue[this.code].status;
  }
}

/** One mistake in a file that somebody wrote by hand. Lines count from 1. */
export type FileProblem = {
  file: string;
  line: number | null;
  record: string | null;
  field: string | null;
  sentence: string;
};

/** A load that was refused whole, with every mistake that was found. */
export class LoadRefusal extends Error {
  readonly problems: readonly FileProblem[];
  constructor(problems: readonly FileProblem[]) {
    super(problems.map(formatFileProblem).join('\n'));
    this.name = 'LoadRefusal';
    this.problems = problems;
  }
}

/** `file:line: record "id", field: sentence` */
export function formatFileProblem(problem: FileProblem): string {
  const place = problem.line === null ? problem.file : `${problem.file}:${problem.line}`;
  const what = [problem.record === null ? '' : `"${problem.record}"`, problem.field ?? ''].filter(Boolean);
  return `${place}: ${what.length > 0 ? `${what.join(', ')}: ` : ''}${problem.sentence}`;
}

/** A mistake in how the program was started or called: one sentence, no stack. */
export class UsageError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'UsageError';
  }
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read by whoever runs this',
};

/** Why a file that somebody named cannot be read, from what the system says. */
export function explainUnreadable(path: string, error: unknown): UsageError {
  const { code, message } = error as { code?: string; message: string };
  return new UsageError(`${path} cannot be read: ${UNREADABLE[code ?? ''] ?? message}.`);
}
