import { applicationSchema, candidateSchema, jobSchema } from '../../lib/ats/model';
import { isSigned } from '../../lib/webhook/signature';
import { provider } from '../../nodes/Knit/provider';
import { isWanted, parseEvent } from '../../nodes/Knit/events';
import { isOutline, knownModels, toApplication, toCandidate, toJob } from '../../nodes/Knit/mapping';
import { simpleApplication, simpleCandidate, simpleJob } from '../../nodes/Knit/models';

/** Knit's own sample, shortened where it repeats itself. https://developers.getknit.dev/reference/application-data-models */
const SAMPLE = {
	info: {
		id: 'lRQ03MnbWBSTKHX',
		status: 'ACTIVE',
		candidate: {
			id: 'X73cKg1NAFUJTec',
			firstName: 'ABC',
			lastName: 'DEF',
			phones: [{ type: 'PERSONAL', phoneNumber: '000-000-00' }],
			emails: [{ type: 'PERSONAL', email: 'abc@example.com' }],
			links: ['www.blog.com'],
			location: 'Delhi, India',
		},
		origin: 'EXTERNAL',
		appliedAt: '1970-01-01T00:00:00Z',
		updatedAt: '1970-01-01T00:00:00Z',
		jobId: 'Ty60CurNfqp5I9r',
		owner: { id: 'tDWso22iFg8iN56', email: 'owner@example.com', employeeId: 're8AKBnyujPZ4Yb' },
		creditedTo: null,
	},
	currentStage: { id: 'JLUnI5TFKWbhQ1k', text: 'Technical Test' },
	interviews: [
		{
			id: 'uKt2wVW0iSsmw8p',
			subject: 'Tehnical Screen',
			createdAt: '1970-01-01T00:00:00Z',
			scheduledStart: '1970-01-01T00:00:00Z',
			scheduledEnd: '1970-01-01T00:00:00Z',
			stage: { id: 'T63bQ43io2vlgSQ', text: 'Interview' },
			interviewers: [{ id: 'PrJjg0mYYSkucbC', email: 'i@example.com', employeeId: 'WvDRi2Hw9wBOGpp' }],
			location: 'zoom.com/interview',
			creator: null,
			status: 'COMPLETED',
		},
	],
	rejection: { id: 'xw0QKdLFrxFh70E', text: 'Did not meet our standards', rejectedAt: '1970-01-01T00:00:00Z' },
	offers: [{ id: 'cGCo5ALjUDpjdmZ', status: 'SIGNED', createdAt: '1970-01-01T00:00:00Z', sentAt: '1970-01-01T00:00:00Z', closedAt: null }],
	attachments: [
		{ type: 'OFFER_LETTER', name: 'Offer 1', link: 'abc.com/offer1', createdAt: '1970-01-01T00:00:00Z' },
		{ type: 'COVER_LETTER', name: 'Cover Letter', attachmentContent: { content: 'b29fTVJrRWU5', encoding: 'BASE64' }, createdAt: '1970-01-01T00:00:00Z' },
	],
};
const EPOCH = '1970-01-01T00:00:00.000Z';

describe('an application', () => {
	it('of Knit is the model as it stands, but for the times and the word for a completed interview', () => {
		const mapped = toApplication(SAMPLE);
		expect(applicationSchema().parse(mapped)).toEqual(mapped);
		expect(mapped).toMatchObject({ ...SAMPLE, info: { ...SAMPLE.info, appliedAt: EPOCH, updatedAt: EPOCH }, interviews: [{ ...SAMPLE.interviews[0], createdAt: EPOCH, scheduledStart: EPOCH, scheduledEnd: EPOCH, status: 'COMPLETE' }], rejection: { ...SAMPLE.rejection, rejectedAt: EPOCH }, offers: [{ id: 'cGCo5ALjUDpjdmZ', sentAt: EPOCH, closedAt: null }], attachments: [{ name: 'Offer 1', link: 'abc.com/offer1' }, { link: null, attachmentContent: { encoding: 'BASE64' } }] });
	});

	it('whose empty lists came as null has none; what is not there was not told', () => {
		const { info } = SAMPLE;
		expect(toApplication({ info, interviews: null, offers: null, rejection: null, currentStage: null })).toMatchObject({ interviews: [], offers: [], rejection: null, attachments: null });
		expect([...knownModels({ info, interviews: null, rejection: null })]).toEqual(['info', 'interviews', 'rejection']);
	});

	it('in a list of outlines leaves unknown what is null there', () => {
		const outline = { info: { ...SAMPLE.info, candidate: { id: 'c', firstName: null, lastName: null, emails: null } }, currentStage: null, interviews: null, offers: null, rejection: null };
		expect(isOutline(outline)).toBe(true);
		expect(isOutline(SAMPLE)).toBe(false);
		expect(toApplication(outline, { outline: true })).toMatchObject({ interviews: null, offers: null });
		expect([...knownModels(outline, true)]).toEqual(['info', 'rejection']);
		expect([...knownModels({ ...outline, info: { ...outline.info, status: 'REJECTED' } }, true)]).toEqual(['info']);
	});

	it.each<[string, object]>([
		['null everywhere', { info: { id: 'a', status: null, candidate: null, origin: null, appliedAt: null, updatedAt: null, jobId: null, owner: null, creditedTo: null } }],
		['words nobody knows', { info: { id: 'a', status: 'ON_HOLD', origin: 'CARRIER_PIGEON', candidate: { id: 'c', phones: [{ type: 'FAX', phoneNumber: '1' }] } }, interviews: [{ id: 'i', status: 'POSTPONED' }], offers: [{ id: 'o', status: 'LOST' }], attachments: [{ type: 'PHOTO' }] }],
		['one phone instead of a list', { info: { id: 'a', candidate: { id: 'c', phones: { type: 'WORK', phoneNumber: '1' } } } }],
		['a date nobody can read', { info: { id: 'a', appliedAt: 'yesterday', updatedAt: 17 } }],
		['things where others are due', { info: { id: 'a', candidate: 'Jo', owner: 7 }, interviews: 'none', offers: [null, 1], attachments: {}, currentStage: [] }],
		['keys nobody knows', { info: { id: 'a', extra: 1 }, questionResponses: [], customFields: {} }],
	])('with %s still fits the model', (_what, record) => {
		const mapped = toApplication(record);
		expect(applicationSchema().parse(mapped)).toEqual(mapped);
	});

	it.each([null, undefined, 42, '', [], {}, { info: {} }, { info: { id: '' } }, { info: { id: 7 } }])('without an ID is none: %j', (record) => {
		expect(() => toApplication(record)).toThrow();
		expect(provider.normalize?.(record)).toBeNull();
	});

	it('simplified keeps what a person looks for, also where there is nothing', () => {
		expect(simpleApplication.simplify(SAMPLE)).toMatchObject({ id: 'lRQ03MnbWBSTKHX', stage: 'Technical Test', email: 'abc@example.com', phone: '000-000-00', rejectionReason: 'Did not meet our standards' });
		expect(new Set(Object.values(simpleApplication.simplify({ info: null })))).toEqual(new Set([null]));
	});
});

describe('a candidate and a job', () => {
	it.each([
		['itself', { id: 'c', firstName: 'Jo', tags: ['java'], applications: ['a1'], emails: null }],
		['its models', { info: { id: 'c', firstName: 'Jo', tags: ['java'], applications: ['a1'], emails: null }, skills: null }],
	])('a candidate given as %s fits the model', (_as, record) => {
		const mapped = toCandidate(record);
		expect(candidateSchema().parse(mapped)).toEqual(mapped);
		expect(mapped).toMatchObject({ id: 'c', firstName: 'Jo', tags: [{ id: null, text: 'java' }], applications: ['a1'], emails: [], phones: null });
		expect(simpleCandidate.simplify(record)).toMatchObject({ id: 'c', firstName: 'Jo', tags: ['java'], email: null });
	});

	it('a job fits the model, and what Knit did not tell stays unknown', () => {
		const mapped = toJob({ info: { id: 'j', title: 'Nurse', status: 'OPEN', confidential: false }, stages: null, offices: [{ id: 'o', name: 'Berlin', location: 'Berlin, DE', address: {} }] });
		expect(jobSchema().parse(mapped)).toEqual(mapped);
		expect(mapped).toMatchObject({ id: 'j', stages: [], departments: null, offices: [{ id: 'o', location: 'Berlin, DE' }], info: { status: 'OPEN', confidential: false } });
		expect(simpleJob.simplify({ info: { id: 'j' }, offices: null })).toMatchObject({ id: 'j', title: null, offices: [], stages: [] });
	});
});

describe('a record from anywhere', () => {
	const envelope = { eventId: 'ev_1', eventType: 'record.modified', syncDataType: 'ats_applications', recordId: 'a9' };
	it.each<[string, object, object]>([
		['of the trigger', { ...SAMPLE, envelope }, { kind: 'application', value: { id: SAMPLE.info.id } }],
		['of a webhook', { ...envelope, eventData: SAMPLE }, { kind: 'application', value: { id: SAMPLE.info.id } }],
		['of a sync of the stage only', { ...envelope, eventData: { currentStage: { id: 's', text: 'Offer' } } }, { kind: 'application', value: { id: 'a9', info: null, currentStage: { id: 's' }, offers: null } }],
		['of a get', { application: SAMPLE }, { kind: 'application', value: { id: SAMPLE.info.id } }],
		['of a list of jobs', { info: { id: 'j', title: 'Nurse', status: 'OPEN' } }, { kind: 'job', value: { id: 'j' } }],
		['of a candidate sync', { ...envelope, syncDataType: 'ats_candidates', eventData: { info: { id: 'c', firstName: 'Jo' } } }, { kind: 'candidate', value: { id: 'c' } }],
	])('%s becomes the model', (_from, record, expected) => {
		expect(provider.normalize?.(record)).toMatchObject(expected);
	});

	it.each<[string, object]>([
		['a deletion', { ...envelope, eventType: 'record.deleted', eventData: { applicationId: 'a9' } }],
		['the report of a run', { ...envelope, eventType: 'sync.events.processed', eventData: { status: 'processed' } }],
		['an application of another service', { id: 'k', remote_id: '1', outcome: 'PENDING', current_stage_id: 's' }],
	])('%s is none of ours to normalise', (_what, record) => {
		expect(provider.normalize?.(record)).toBeNull();
	});
});

describe('a delivery', () => {
	// Vectors of the dossier.
	it.each([
		['test-knit-key', '{"eventId":"ev_test_1","eventType":"record.new","syncDataType":"ats_applications"}', '9qZVh7gWgD6pQhhWmO26K7Em4VyXlpFq8UdHqDi2-WU'],
		['k3', '{"a":"é?>"}', 'Pp0kgm9oJX-SRs0Est9DFTzMmlg1wYTJMz4CFiadnOk'],
	])('signed with %s is known by its bytes', (key, body, signature) => {
		expect(isSigned(Buffer.from(body), signature, key)).toBe(true);
		expect(isSigned(Buffer.from(`${body} `), signature, key)).toBe(false);
		expect(isSigned(Buffer.from(body), signature, `${key}x`)).toBe(false);
		expect(isSigned(Buffer.from(body), Buffer.from(signature, 'base64url').toString('base64').replace(/[+/]/, '*'), key)).toBe(false);
	});

	it('names its integration in a header, and its event in the body', () => {
		const event = parseEvent({ eventId: 'ev_1', eventType: 'record.new', eventData: { info: { id: 'a' } }, syncDataType: 'ats_jobs' }, (name) => (name === 'x-knit-integration-id' ? 'mg_1' : undefined));
		expect(event).toEqual({ eventId: 'ev_1', eventType: 'record.new', integrationId: 'mg_1', syncDataType: 'ats_jobs', data: { info: { id: 'a' } }, envelope: { eventId: 'ev_1', eventType: 'record.new', syncDataType: 'ats_jobs', integrationId: 'mg_1', executionId: null } });
	});

	it('that does not say its integration is not taken for a chosen one', () => {
		const filter = { events: ['record.new'], dataTypes: [], knownDataTypes: new Set<string>(), syncTypes: [], integrationIds: ['mg_1'] };
		expect(isWanted(parseEvent({ eventType: 'record.new' }, () => undefined), filter)).toBe(false);
		expect(isWanted(parseEvent({ eventType: 'record.new' }, () => undefined), { ...filter, integrationIds: [] })).toBe(true);
	});
});
