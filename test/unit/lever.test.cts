import { toApplication, toArchiveReason, toCandidate, toInterview, toJob, toOffer, type ArchiveReason } from '../../nodes/Lever/mapping';
import { provider } from '../../nodes/Lever/provider';

/* Lever's words in the model, as its dossier has them. */

const reasons = new Map([
	{ id: 'r-fit', text: 'Not a fit', type: 'non-hired', status: 'active' },
	{ id: 'r-hired', text: 'Hired', type: 'hired', status: 'active' },
	{ id: 'r-odd', text: 'Odd', type: 'something new', status: 'active' },
].map(toArchiveReason).map((reason): [string, ArchiveReason] => [reason.id, reason]));
const models = ['info', 'currentStage', 'rejection', 'interviews', 'offers', 'attachments'] as const;
const opportunity = {
	id: 'o-1', name: 'Zoë van der Berg', contact: 'c-1', stage: { id: 'applicant-new', text: 'New applicant' }, archived: null, origin: 'referred', sources: ['Referral'], owner: 'u-1', sourcedBy: null,
	emails: ['zoe@example.com'], phones: [{ type: 'work', value: '+33 1' }, { type: 'mobile', value: '+33 6' }], links: [], tags: ['Senior'], location: 'Paris',
	applications: [{ id: 'f-1', posting: 'p-1', createdAt: 1_760_000_000_000 }], createdAt: 1_750_000_000_000, updatedAt: 1_761_000_000_000,
};
const mapped = (more: object) => toApplication({ ...opportunity, ...more }, { models, reasons });

test('a name stays whole, the form says for which job and when, and times are milliseconds', () => {
	const { info, currentStage, interviews } = mapped({});
	expect(info).toMatchObject({ status: 'ACTIVE', origin: 'REFERRAL', jobId: 'p-1', appliedAt: '2025-10-09T08:53:20.000Z', source: 'Referral', owner: { id: 'u-1', name: null } });
	expect(info?.candidate).toMatchObject({ id: 'c-1', name: 'Zoë van der Berg', firstName: null, lastName: null });
	expect(info?.candidate?.phones?.map(({ type }) => type)).toEqual(['WORK', 'NOT_SPECIFIED']);
	expect(currentStage).toEqual({ id: 'applicant-new', text: 'New applicant', category: 'APPLIED' });
	expect(interviews).toBeNull();
});

test('a lead has no job, and an id in place of a stage is still a stage', () => {
	expect(mapped({ applications: [] }).info).toMatchObject({ jobId: null, appliedAt: '2025-06-15T15:06:40.000Z' });
	expect(mapped({ stage: '5f1c' }).currentStage).toEqual({ id: '5f1c', text: null, category: null });
});

test('an archive is a hire or a rejection by the type of its reason; an unknown reason is neither', () => {
	const archived = (reason: string | null) => ({ archived: { archivedAt: 1_761_000_000_000, reason } });
	expect([mapped(archived('r-hired')).info?.status, mapped(archived('r-hired')).rejection]).toEqual(['HIRED', null]);
	expect(mapped(archived('r-fit'))).toMatchObject({ info: { status: 'REJECTED' }, rejection: { id: 'r-fit', text: 'Not a fit', rejectedAt: '2025-10-20T22:40:00.000Z' } });
	for (const reason of ['r-odd', 'r-gone', null]) expect([mapped(archived(reason)).info?.status, mapped(archived(reason)).rejection]).toEqual(['NOT_SPECIFIED', null]);
	expect(mapped({ archived: undefined }).info?.status).toBe('NOT_SPECIFIED');
});

test.each([['agency', 'AGENCY'], ['referred', 'REFERRAL'], ['applied', 'EXTERNAL'], ['sourced', 'EXTERNAL'], ['university', 'EXTERNAL'], ['internal', 'NOT_SPECIFIED'], ['parachuted', 'NOT_SPECIFIED'], [null, 'NOT_SPECIFIED']])('origin %s is %s', (word, origin) => {
	expect(mapped({ origin: word }).info?.origin).toBe(origin);
});

test.each([['draft', 'IN_PROGRESS'], ['approval-sent', 'IN_PROGRESS'], ['approved', 'IN_PROGRESS'], ['sent', 'IN_PROGRESS'], ['sent-manually', 'IN_PROGRESS'], ['opened', 'IN_PROGRESS'], ['signed', 'SIGNED'], ['denied', 'DENIED'], ['withdrawn', 'NOT_SPECIFIED']])('an offer that is %s is %s', (status, word) => {
	expect(toOffer({ id: 'x', status }).status).toBe(word);
});

test.each([['published', 'OPEN'], ['internal', 'OPEN'], ['closed', 'CLOSED'], ['draft', 'DRAFT'], ['pending', 'DRAFT'], ['rejected', 'ARCHIVED'], ['paused', 'NOT_SPECIFIED']])('a posting that is %s is %s', (state, word) => {
	expect(toJob({ id: 'p', state }, null).info?.status).toBe(word);
});

test('an interview is over once all feedback is in, cancelled when Lever says so, and never by the clock', () => {
	const interview = { id: 'i', date: 1_700_000_000_000, duration: 45, interviewers: [{ id: 'u', name: 'Ada', email: 'ada@example.com' }], feedbackForms: [], canceledAt: null, stage: 's' };
	expect(toInterview(interview)).toMatchObject({ status: 'SCHEDULED', scheduledStart: '2023-11-14T22:13:20.000Z', scheduledEnd: '2023-11-14T22:58:20.000Z', interviewers: [{ id: 'u', name: 'Ada', email: 'ada@example.com' }] });
	expect(toInterview({ ...interview, feedbackForms: ['f'] }).status).toBe('COMPLETE');
	expect(toInterview({ ...interview, canceledAt: 1_700_000_000_001 }).status).toBe('CANCELLED');
	expect(toInterview({ ...interview, duration: undefined }).scheduledEnd).toBeNull();
});

test('opportunities of one contact are one candidate, with the tags of all', () => {
	const other = { ...opportunity, id: 'o-2', tags: ['Remote', 'Senior'], name: 'Old name', createdAt: 1_740_000_000_000, updatedAt: 1_745_000_000_000 };
	expect(toCandidate([other, opportunity])).toMatchObject({ id: 'c-1', name: 'Zoë van der Berg', applications: ['o-2', 'o-1'], tags: [{ text: 'Remote' }, { text: 'Senior' }], createdAt: '2025-02-19T21:20:00.000Z' });
});

test('a record is known by its form, and its outcome only with the list of reasons', () => {
	expect(provider.normalize?.({ ...opportunity, archived: { archivedAt: 1, reason: 'r-fit' } })).toMatchObject({ kind: 'application', value: { info: { status: 'NOT_SPECIFIED' } } });
	expect(provider.normalize?.({ id: 'x', text: 'y' })).toBeNull();
});
