import { z, type ZodType } from 'zod/v4';

export const doneModel = (): ZodType => z.object({ success: z.boolean(), applicationId: z.string() });
