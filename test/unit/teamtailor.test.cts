import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { applicationSchema, candidateSchema, jobSchema, listedStageSchema, rejectionReasonSchema, userSchema } from '../../lib/ats/model';
import { recordsIn, type JsonApiRecord } from '../../lib/http/jsonApi';
import { knownIn, toApplication, toCandidate, toJob, toRejectionReason, toStages, toUpload, toUser } from '../../nodes/Teamtailor/mapping';
import { provider } from '../../nodes/Teamtailor/provider';

/* Answers that Teamtailor's own Ruby client has recorded (test/fixtures/teamtailor/README.txt): version 2020, without most relations. */

const FOLDER = join(__dirname, '..', 'fixtures', 'teamtailor');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
const documentOf = (file: string) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Record<string, unknown>;
const rowsOf = (file: string): JsonApiRecord[] => recordsIn(documentOf(file));
const firstOf = (file: string): JsonApiRecord => rowsOf(file)[0] ?? {};

const readers: Record<string, (row: JsonApiRecord) => unknown> = {
	'job-applications': (row) => applicationSchema().parse(toApplication(row)),
	candidates: (row) => candidateSchema().parse(toCandidate(row)),
	jobs: (row) => jobSchema().parse(toJob(row)),
	stages: (row) => toStages([row], null).map((one) => listedStageSchema().parse(one)),
	users: (row) => userSchema().parse(toUser(row)),
	'reject-reasons': (row) => rejectionReasonSchema().parse(toRejectionReason(row)),
	uploads: toUpload,
	companies: ({ id }) => id,
};

test.each(files)('every record of the recorded answer %s is read, and its ID stays', (file) => {
	const document = documentOf(file);
	const all = [...rowsOf(file), ...recordsIn({ data: document['included'] ?? [] })];
	expect(all.length).toBeGreaterThan(0);
	for (const row of all) expect(JSON.stringify(readers[String(row['type'])]?.(row))).toContain(`"${String(row['id'])}"`);
});

test('a relation that the answer does not tell is unknown, not empty: neither a stage nor a status is made up', () => {
	const [row = {}] = rowsOf('job_applications.json');
	const { info, currentStage } = toApplication(row);
	expect([info?.status, info?.candidate, info?.jobId, currentStage]).toEqual(['NOT_SPECIFIED', null, null, null]);
	expect(() => knownIn(row)).toThrow('Teamtailor does not tell its candidate, job, stage, which were asked for');
	expect(toJob(firstOf('job.json'))).toMatchObject({ stages: null, departments: null, offices: null, recruiters: null });
	expect(toCandidate(firstOf('candidate.json')).applications).toBeNull();
});

test('with the relations included, person and job are told, and local times become UTC', () => {
	expect(toApplication(firstOf('job_application_included_candidate_job.json')).info).toMatchObject({
		id: '634', appliedAt: '2020-03-31T13:46:24.154Z', jobId: '26', job: { id: '26' }, candidate: { id: '410', firstName: 'Jonas', lastName: 'Wennergren', emails: [{ email: 'jowen@teamtailor.localhost' }], phones: [] },
	});
	expect(toJob(firstOf('job_included_user.json')).recruiters).toHaveLength(1);
});

test('the type of a stage is read from either name of it, and its place is counted', () => {
	const old = rowsOf('stages.json');
	const renamed = old.map((row) => {
		const { 'stage-type': type, ...rest } = row['attributes'] as Record<string, string | number>;
		return { ...row, attributes: { ...rest, 'legacy-stage-type-name': String(type) } };
	});
	for (const rows of [old, renamed]) {
		expect(toStages([...rows].reverse(), '7').map(({ text, category, order, jobId }) => [text, category, order, jobId])).toEqual([['Inbox', 'APPLIED', 0, '7'], ['Reviewing', null, 1, '7'], ['Hired', 'HIRED', 2, '7']]);
	}
});

test('a rejection stands before the stage that somebody was rejected in', () => {
	const row = firstOf('job_applications.json');
	const stage = { id: '5', type: 'stages', attributes: { name: 'Hired', 'legacy-stage-type-name': 'Hired' } };
	const read = (rejectedAt: string | null) => toApplication(recordsIn({ data: { ...row, attributes: { ...(row['attributes'] as object), 'rejected-at': rejectedAt }, relationships: { stage: { data: { type: 'stages', id: '5' } } } }, included: [stage] })[0] ?? {});
	expect([read(null).info?.status, read(null).rejection]).toEqual(['HIRED', null]);
	expect([read('2024-05-02T10:00:00.000+02:00').info?.status, read('2024-05-02T10:00:00.000+02:00').rejection]).toEqual(['REJECTED', { id: null, text: null, rejectedAt: '2024-05-02T08:00:00.000Z' }]);
});

test('Normalize reads a record of a webhook, whose keys may have underscores', () => {
	const read = provider.normalize?.({ id: '8', type: 'job_applications', attributes: { created_at: '2024-05-02T10:00:00.000+02:00', job_id: 3, job_title: 'Cook', rejected_at: null } });
	expect(read?.value).toMatchObject({ id: '8', info: { appliedAt: '2024-05-02T08:00:00.000Z', jobId: '3', job: { id: '3', title: 'Cook' } } });
	expect(provider.normalize?.({ id: '8', type: 'invoices', attributes: {} })).toBeNull();
});
