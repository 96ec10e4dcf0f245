import { ApiError } from '../../lib/errors';
import { foundOrMade } from '../../lib/ats/findOrCreate';

const refusal = (status: number, outcomeUnknown = false) => new ApiError({ service: 'Some ATS', call: 'POST /people', message: `answered ${status}`, status, cause: 'configuration-invalid', ...(outcomeUnknown ? { outcomeUnknown } : {}) });

/** Rows of one address at once; each makes the person, or fails with its error. */
async function rows(account: string, ...outcomes: Array<Error | null>) {
	const made: number[] = [];
	const results = await Promise.allSettled(outcomes.map(async (outcome, row) => await foundOrMade(account, 'jane@example.com', {
		find: async () => undefined,
		create: async () => {
			if (outcome) throw outcome;
			made.push(row);
			return { row };
		},
		fresh: async () => undefined,
	})));
	return { made, results: results.map((one) => (one.status === 'fulfilled' ? one.value.found.row : String(one.reason.message))) };
}

test('a row whose phone number is refused does not fail the next row of the same person, who is made once', async () => {
	expect(await rows('a', refusal(422), null, null)).toEqual({ made: [1], results: ['answered 422', 1, 1] });
	expect(await rows('b', refusal(422), refusal(400))).toEqual({ made: [], results: ['answered 422', 'answered 400'] });
});

test('where nobody knows whether somebody was made, nobody is made a second time', async () => {
	expect(await rows('c', refusal(500, true), null)).toEqual({ made: [], results: ['answered 500', 'answered 500'] });
});
