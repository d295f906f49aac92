/** Every format that `verbatim import` reads. */
import type { ImportFormat } from './format.ts';
import { verbatim } from './formats/verbatim.ts';

export const importFormats: readonly ImportFormat[] = [verbatim];
