import { z, type ZodType } from 'zod/v4';

const done = () => z.object({ success: z.boolean(), applicationId: z.string() });

export const doneModel = (): ZodType => done();
export const movedModel = (): ZodType => done().extend({ stageId: z.string() });
export const noteModel = (): ZodType => done().extend({ noteId: z.string().nullable().describe('Id of the note. Null: not told') });
