import { binaryFile, readBinary } from './harness/index.cts';
import { byId, must, picked, rowsOf, startKombo, type Kombo } from './support/kombo.cts';

let kombo: Kombo;

beforeAll(async () => {
	kombo = await startKombo();
});
afterAll(async () => {
	await kombo.sandbox.close();
	expect(kombo.sandbox.violations).toEqual([]);
});

const world = () => kombo.sandbox.world;
const pending = (index = 0) => must(world().applications.alive().filter(({ status, stageId }) => status === 'PENDING' && !world().stages.need(stageId).hired)[index]);
const openJob = () => must(world().jobs.alive().find(({ status, questions }) => status === 'OPEN' && questions.length > 4));
const bodyOf = (mark: number) => kombo.requests(mark).find(({ method }) => method !== 'GET')?.body;

describe('an application', () => {
	it('moves to a stage', async () => {
		const one = pending();
		const stageId = must(world().jobs.need(one.jobId).stageIds.find((id) => id !== one.stageId && world().stages.need(id).active && !world().stages.need(id).hired));
		expect(await kombo.json('application', 'moveStage', { applicationId: byId(one.id), stageId: picked(stageId) })).toEqual([{ success: true, application_id: one.id, warnings: [] }]);
		expect(world().applications.need(one.id).stageId).toBe(stageId);
	});

	it('is rejected with a reason and a note, and a warning of the ATS reaches the user', async () => {
		const one = pending(1);
		const reason = must(world().rejectionReasons.alive()[0]);
		const parameters = { applicationId: byId(one.id), rejectionReasonId: picked(reason.id), note: 'No German' };
		expect(await kombo.json('application', 'reject', parameters)).toEqual([{ success: true, application_id: one.id, warnings: [] }]);
		expect(world().applications.need(one.id)).toMatchObject({ status: 'DECLINED', rejection: { reasonId: reason.id, note: 'No German' } });

		const again = await kombo.run('application', 'reject', parameters);
		expect(again.json).toEqual([{ success: true, application_id: one.id, warnings: ['The application was already rejected.'] }]);
		const task = again.run.data.resultData.runData.Node?.at(-1);
		expect(task?.hints).toEqual([expect.objectContaining({ message: 'The application was already rejected. (item 0)', location: 'outputPane' })]);
	});

	it('gets a note, with the remote fields of its ATS', async () => {
		const one = pending();
		const mark = kombo.sandbox.requests.length;
		const remote = { greenhouse: { post_headers: { 'On-Behalf-Of': '1234' } } };
		await kombo.run('application', 'addNote', { applicationId: byId(one.id), content: 'Called back – free from May 🙂', options: { remoteFields: JSON.stringify(remote) } });
		expect(bodyOf(mark)).toEqual({ content: 'Called back – free from May 🙂', content_type: 'PLAIN_TEXT', remote_fields: remote });
		expect(world().notes.by('applicationId', one.id).at(-1)).toMatchObject({ html: 'Called back – free from May 🙂' });
	});

	it('gets a result link with details', async () => {
		const one = pending();
		await kombo.run('application', 'addResultLink', { applicationId: byId(one.id), label: 'Assessment', url: 'https://example.com/r/1', attributes: rowsOf({ key: 'Score', value: '97 %' }) });
		expect(world().resultLinks.rows.at(-1)).toMatchObject({ applicationId: one.id, label: 'Assessment', url: 'https://example.com/r/1', details: { 'Result: Score': '97 %' } });
	});

	it('gets an interview at the time of the workflow, and the interview is moved', async () => {
		const one = pending(2);
		const [organizer, interviewer] = world().users.alive();
		const details = { applicationId: byId(one.id), title: 'Technical', startTime: '2026-12-01T09:00:00', endTime: '2026-12-01T10:00:00+01:00', organizerUserId: picked(must(organizer).id), interviewerUserIds: [must(interviewer).id], locationType: 'VIRTUAL', address: 'https://meet.example.com/abc' };
		// The engine's default zone is America/New_York: nine o'clock there is 14:00 UTC.
		await kombo.run('application', 'scheduleInterview', { ...details, endTime: '2026-12-01T10:00:00' });
		const made = must(world().interviews.by('applicationId', one.id).at(-1));
		expect(made).toMatchObject({ title: 'Technical', startsAt: Date.parse('2026-12-01T14:00:00Z'), endsAt: Date.parse('2026-12-01T15:00:00Z'), organizerId: organizer?.id, interviewerIds: [interviewer?.id], where: { kind: 'VIRTUAL', address: 'https://meet.example.com/abc' } });

		const later = { ...details, interviewId: made.id, title: 'Technical II', startTime: '2026-12-02T09:00:00+01:00', endTime: '2026-12-02T10:00:00+01:00', locationType: 'PHYSICAL', address: 'Room 1' };
		expect(await kombo.json('application', 'updateInterview', later)).toEqual([{ success: true, application_id: one.id, interview_id: made.id, warnings: [] }]);
		expect(world().interviews.need(made.id)).toMatchObject({ title: 'Technical II', startsAt: Date.parse('2026-12-02T08:00:00Z'), where: { kind: 'PHYSICAL', address: 'Room 1' } });
	});

	it('is imported for tracking, by the IDs that its ATS wants', async () => {
		const one = pending(3);
		const mark = kombo.sandbox.requests.length;
		expect(await kombo.json('application', 'importTracked', { tool: 'greenhouse', applicationRemoteId: one.remoteId, trackedAt: '2026-01-01T00:00:00Z' })).toEqual([
			{ success: true, id: one.id, tracked_at: '2026-01-01T00:00:00.000Z', imported_id: { greenhouse: { id_type: 'application_id', application_id: one.remoteId } }, warnings: [] },
		]);
		const job = world().jobs.need(one.jobId).remoteId;
		const person = world().candidates.need(one.candidateId).remoteId;
		await kombo.run('application', 'importTracked', { tool: 'recruitee', applicationRemoteId: one.remoteId });
		await kombo.run('application', 'importTracked', { tool: 'successfactors', applicationRemoteId: one.remoteId });
		await kombo.run('application', 'importTracked', { tool: 'smartrecruiters', jobRemoteId: job, candidateRemoteId: person });
		await kombo.run('application', 'importTracked', { tool: 'erecruiter', applicationRemoteId: one.remoteId, jobRemoteId: job });
		await kombo.run('application', 'importTracked', { tool: 'erecruiter', applicationRemoteId: one.remoteId, candidateRemoteId: person });
		expect(kombo.requests(mark + 1).map(({ body }) => body)).toEqual([
			{ tracked_at: null, recruitee: { id_type: 'placement_id', placement_id: one.remoteId } },
			{ tracked_at: null, successfactors: { id_type: 'application_remote_id', application_remote_id: one.remoteId } },
			{ tracked_at: null, smartrecruiters: { id_type: 'candidate_and_job_remote_ids', candidate_remote_id: person, job_remote_id: job } },
			{ tracked_at: null, erecruiter: { id_type: 'application_and_job_remote_ids', application_remote_id: one.remoteId, job_remote_id: job } },
			{ tracked_at: null, erecruiter: { id_type: 'application_and_candidate_remote_ids', application_remote_id: one.remoteId, candidate_remote_id: person } },
		]);
		const { error } = await kombo.run('application', 'importTracked', { tool: 'smartrecruiters', jobRemoteId: job }, { mayFail: true });
		expect(error?.message).toContain('SmartRecruiters needs the IDs of the job and of the candidate');
	});
});

describe('a new application', () => {
	it('is created with everything that Kombo takes', async () => {
		const job = openJob();
		const cv = await binaryFile(Buffer.from('%PDF-1.4 cv'), 'ada.pdf', 'application/pdf');
		const letter = kombo.sandbox.url;
		const [single] = job.questions.filter(({ type }) => type === 'SINGLE_SELECT');
		const [text] = job.questions.filter(({ type }) => type === 'TEXT');
		const [bool] = job.questions.filter(({ type }) => type === 'BOOLEAN');
		const mark = kombo.sandbox.requests.length;
		const [created] = await kombo.json(
			'application',
			'create',
			{
				jobId: picked(job.id),
				firstName: 'Ada',
				lastName: 'Lovelace',
				email: 'ada@example.com',
				candidate: {
					company: 'Analytical Engines',
					title: 'Programmer',
					phone: '+44 20 7946 0000',
					moreEmails: rowsOf({ type: 'WORK', email: 'ada@work.example' }),
					morePhones: rowsOf({ type: 'OTHER', phone: '+44 20 7946 0001' }),
					// What the editor's picker gives: the day, with the zone of whoever built it.
					availabilityDate: '2027-01-01T00:00:00.000+02:00',
					country: 'GB',
					city: 'London',
					street: 'St James’s Square 12',
					zipCode: 'SW1Y',
					gender: 'FEMALE',
					salaryAmount: 90000,
					salaryPeriod: 'YEAR',
					socialLinks: rowsOf({ url: 'https://www.linkedin.com/in/ada' }),
				},
				answers: {
					mappingMode: 'defineBelow',
					value: { ...(single ? { [single.id]: must(single.options[0]).id } : {}), ...(text ? { [text.id]: 'Because' } : {}) },
				} as never,
				attachments: rowsOf({ attachmentType: 'CV', source: 'binary', binaryField: 'cv' }),
				additionalFields: {
					answersJson: JSON.stringify(bool ? { [bool.id]: true } : {}),
					gdprConsent: rowsOf({ given: true, expiresAt: '2028-01-01T00:00:00Z' }),
					stageId: picked(must(job.stageIds[1])),
					sourcedBy: `remote:${must(world().users.alive()[1]).remoteId}`,
				},
			},
			{ items: [{ json: { letter }, binary: { cv } }] },
		);
		const made = must(world().applications.rows.at(-1));
		const person = world().candidates.need(made.candidateId);
		expect(created).toMatchObject({ success: true, id: made.id, candidate: { id: person.id }, warnings: [] });
		expect(made).toMatchObject({ jobId: job.id, stageId: job.stageIds[1], ownerId: world().users.alive()[1]?.id });
		expect(person).toMatchObject({
			firstName: 'Ada',
			emails: [{ address: 'ada@example.com' }, { address: 'ada@work.example', type: 'WORK' }],
			phones: [{ number: '+44 20 7946 0000' }, { number: '+44 20 7946 0001', type: 'OTHER' }],
			place: { city: 'London', country: 'GB', zip: 'SW1Y' },
			links: ['https://www.linkedin.com/in/ada'],
			consent: { given: true, expiresAt: Date.parse('2028-01-01T00:00:00Z') },
		});
		expect(made.answers.map(({ questionId }) => questionId).sort()).toEqual([single?.id, text?.id, bool?.id].filter(Boolean).sort());
		expect(world().bytes(must(world().attachments.by('applicationId', made.id)[0])).toString()).toBe('%PDF-1.4 cv');
		expect(bodyOf(mark)).toMatchObject({ candidate: { salary_expectations: { amount: 90000, period: 'YEAR' }, gender: 'FEMALE', availability_date: expect.stringMatching(/^2027-01-01T.*Z$/) } });
	});

	it('sends no field that was left empty', async () => {
		const mark = kombo.sandbox.requests.length;
		await kombo.run('application', 'create', { jobId: byId(openJob().id), firstName: 'Grace', lastName: 'Hopper', email: 'grace@example.com' });
		expect(bodyOf(mark)).toEqual({ candidate: { first_name: 'Grace', last_name: 'Hopper', email_address: 'grace@example.com' }, attachments: [], screening_question_answers: [] });
	});

	it('for a closed job is refused in the words of the vendor, with what to do', async () => {
		const closed = must(world().jobs.alive()[2]);
		world().change('job', closed.id, { status: 'CLOSED' }, 'test');
		const { error } = await kombo.run('application', 'create', { jobId: byId(closed.id), firstName: 'A', lastName: 'B', email: 'ab@example.com' }, { mayFail: true });
		expect(error?.message).toBe(`The job "${closed.title}" is not open.`);
		expect(error?.description).toContain('choose an open one');
		expect(error?.description).toContain('ATS.JOB_CLOSED');
	});

	it.each([
		['question_id and answer', '[{"answer": 1}]'],
		['not valid JSON', '{"a":'],
	])('is not sent when its answers are wrong: %s', async (said, answersJson) => {
		const mark = kombo.sandbox.requests.length;
		const { error } = await kombo.run('application', 'create', { jobId: byId(openJob().id), firstName: 'A', lastName: 'B', email: 'ab2@example.com', additionalFields: { answersJson } }, { mayFail: true });
		expect(error?.message).toContain('"Screening Answers (JSON)"');
		expect(error?.message).toContain(said);
		expect(bodyOf(mark)).toBeUndefined();
	});
});

describe('files', () => {
	it('go up from a binary field and come back byte for byte', async () => {
		const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256));
		const one = pending(4);
		const data = await binaryFile(bytes, 'Lebenslauf – ünï.pdf', 'application/pdf');
		expect(await kombo.json('application', 'addAttachment', { applicationId: byId(one.id), attachmentType: 'CV', source: 'binary', binaryField: 'data' }, { items: [{ binary: { data } }] })).toEqual([{ success: true, application_id: one.id, warnings: [] }]);

		const { items } = await kombo.run('application', 'getAttachments', { applicationId: byId(one.id), download: true, outputField: 'cv' });
		const back = must(items.find(({ json }) => json.file_name === 'Lebenslauf – ünï.pdf'));
		expect(back).toMatchObject({ json: { type: 'CV', content_type: 'application/pdf' }, pairedItem: { item: 0 }, binary: { cv: { fileName: 'Lebenslauf – ünï.pdf', mimeType: 'application/pdf' } } });
		expect(back.json).not.toHaveProperty('data_url');
		expect(await readBinary(back.binary?.cv)).toEqual(bytes);
	});

	it('come as names and addresses only when they are not to be fetched', async () => {
		const one = must(world().attachments.alive().find(({ applicationId }) => applicationId));
		const { items } = await kombo.run('application', 'getAttachments', { applicationId: byId(must(one.applicationId)), download: false });
		expect(items.find(({ json }) => json.id === one.id)).toMatchObject({ json: { data_url: expect.stringContaining('/files/') } });
		expect(items[0]?.binary).toBeUndefined();
	});

	it('go to a candidate from an address that Kombo fetches', async () => {
		const person = must(world().candidates.alive()[0]);
		const source = must(world().attachments.alive()[0]);
		const [listed] = await kombo.json('candidate', 'getAttachments', { candidateId: byId(source.candidateId), download: false });
		await kombo.run('candidate', 'addAttachment', { candidateId: byId(person.id), attachmentType: 'OTHER', source: 'url', fileUrl: String(must(listed).data_url) });
		const made = must(world().attachments.by('candidateId', person.id).at(-1));
		expect(made).toMatchObject({ kind: 'OTHER', fileName: must(listed).file_name, applicationId: null });
		const { items } = await kombo.run('candidate', 'getAttachments', { candidateId: byId(person.id) });
		expect(await readBinary(items.find(({ json }) => json.id === made.id)?.binary?.data)).toEqual(world().bytes(made));
	});

	it.each([
		['of a type that the ATS does not take', 'picture.png', 'image/png', 10, /takes no image\/png as CV \("picture.png"\)/],
		['larger than the ATS takes', 'large.pdf', 'application/pdf', 5_000_001, /has 5000001 bytes, the connected ATS takes 5000000 as CV/],
	])('%s are refused before they are sent', async (_title, name, mimeType, size, message) => {
		const mark = kombo.sandbox.requests.length;
		const data = await binaryFile(Buffer.alloc(size), name, mimeType);
		const { error } = await kombo.run('application', 'addAttachment', { applicationId: byId(pending().id), attachmentType: 'CV', source: 'binary', binaryField: 'data' }, { items: [{ binary: { data } }], mayFail: true });
		expect(error?.message).toMatch(message);
		expect(bodyOf(mark)).toBeUndefined();
	});

	it('more than the ATS takes of a kind, or in all, are refused', async () => {
		const data = await binaryFile(Buffer.alloc(8_000_000), 'a.bin', 'application/zip');
		const create = async (...attachments: Array<{ attachmentType: string }>) =>
			await kombo.run(
				'application',
				'create',
				{ jobId: byId(openJob().id), firstName: 'A', lastName: 'B', email: 'files@example.com', attachments: rowsOf(...attachments.map((one) => ({ ...one, source: 'binary', binaryField: 'data' }))) },
				{ items: [{ binary: { data } }], mayFail: true },
			);
		expect((await create({ attachmentType: 'CV' }, { attachmentType: 'CV' })).error?.message).toBe('The connected ATS takes 1 file of the type CV, not 2');
		expect((await create({ attachmentType: 'OTHER' }, { attachmentType: 'OTHER' })).error?.message).toBe('The files have 16000000 bytes together, the connected ATS takes 15000000');
	});

	it('that are not there are named', async () => {
		const { error } = await kombo.run('application', 'addAttachment', { applicationId: byId(pending().id), attachmentType: 'CV', source: 'binary', binaryField: 'resume' }, { mayFail: true });
		expect(error?.message).toBe('There is no file in the input field "resume"');
	});
});

describe('a candidate', () => {
	it('gets a tag, also a new one, and loses it', async () => {
		const person = must(world().candidates.alive().find(({ tagIds }) => tagIds.length === 0));
		const known = must(world().tags.alive()[0]);
		await kombo.run('candidate', 'addTag', { candidateId: byId(person.id), tag: picked(known.name) });
		await kombo.run('candidate', 'addTag', { candidateId: byId(person.id), tag: byId('Talent pool 2027') });
		const names = () => world().candidates.need(person.id).tagIds.map((id) => world().tags.need(id).name);
		expect(names()).toEqual([known.name, 'Talent pool 2027']);
		await kombo.run('candidate', 'removeTag', { candidateId: byId(person.id), tag: byId('Talent pool 2027') });
		expect(names()).toEqual([known.name]);
		expect(await kombo.json('candidate', 'removeTag', { candidateId: byId(person.id), tag: byId('never there') })).toEqual([{ success: true, candidate_id: person.id, warnings: [] }]);
	});

	it('gets a result link', async () => {
		const person = must(world().candidates.alive()[0]);
		await kombo.run('candidate', 'addResultLink', { candidateId: byId(person.id), label: 'Check', url: 'https://example.com/c/1' });
		expect(world().resultLinks.rows.at(-1)).toMatchObject({ candidateId: person.id, applicationId: null, label: 'Check' });
	});

	it('is created with an application', async () => {
		const job = openJob();
		const [row] = await kombo.json('candidate', 'create', { jobId: picked(job.id), firstName: 'Alan', lastName: 'Turing', email: 'alan@example.com', additionalFields: { stageId: byId(must(job.stageIds[0])) } });
		const made = must(world().candidates.rows.at(-1));
		expect(row).toMatchObject({ success: true, id: made.id, first_name: 'Alan', warnings: expect.arrayContaining([expect.stringContaining('was not answered')]) });
		expect(world().applications.by('candidateId', made.id)).toMatchObject([{ jobId: job.id, stageId: job.stageIds[0] }]);
	});
});

describe('find or create by email', () => {
	const parameters = (email: string) => ({ jobId: byId(openJob().id), firstName: 'Katherine', lastName: 'Johnson', email });
	const withEmail = (email: string) => world().candidates.rows.filter(({ emails }) => emails.some(({ address }) => address.toLowerCase() === email.toLowerCase()));

	it('finds who is there, whatever the letters', async () => {
		const person = must(world().candidates.alive()[2]);
		const before = world().candidates.size;
		const [row] = await kombo.json('candidate', 'findOrCreate', parameters(must(person.emails[0]).address.toUpperCase()));
		expect(row).toMatchObject({ created: false, id: person.id });
		expect(world().candidates.size).toBe(before);
	});

	it('creates once, run twice', async () => {
		const [first] = await kombo.json('candidate', 'findOrCreate', parameters('kj@example.com'));
		const [second] = await kombo.json('candidate', 'findOrCreate', parameters('KJ@example.com'));
		expect([first?.created, second?.created]).toEqual([true, false]);
		expect(second?.id).toBe(first?.id);
		expect(withEmail('kj@example.com')).toHaveLength(1);
	});

	it('creates once for several items at a time', async () => {
		const rows = await kombo.json('candidate', 'findOrCreate', parameters('={{ $json.email }}'), { items: ['m@example.com', 'n@example.com', 'm@example.com', 'M@example.com'].map((email) => ({ json: { email } })) });
		expect(rows.map(({ created }) => created)).toEqual([true, true, false, false]);
		expect(new Set([rows[0]?.id, rows[2]?.id, rows[3]?.id]).size).toBe(1);
		expect([withEmail('m@example.com').length, withEmail('n@example.com').length]).toEqual([1, 1]);
	});

	it('creates once, run twice, while Kombo does not show the new one yet', async () => {
		world().lag = 60_000;
		const [first] = await kombo.json('candidate', 'findOrCreate', parameters('late@example.com'));
		const before = kombo.sandbox.requests.length;
		const [second] = await kombo.json('candidate', 'findOrCreate', parameters('late@example.com'));
		expect([first?.created, second?.created, second?.id]).toEqual([true, false, first?.id]);
		expect(kombo.requests(before).map(({ method }) => method)).toEqual(['GET']);
		world().settleAll();
		world().lag = 0;
		expect(withEmail('late@example.com')).toHaveLength(1);
	});

	it('creates no double where the ATS does not support the filter by email', async () => {
		await kombo.sandbox.control('kombo/settings', { unsupportedFilters: ['ats_candidates.email'] });
		const person = must(world().candidates.alive()[4]);
		expect(await kombo.json('candidate', 'findOrCreate', parameters(must(person.emails[0]).address))).toMatchObject([{ created: false, id: person.id }]);
		await kombo.sandbox.control('kombo/settings', { unsupportedFilters: [] });
	});

	it('says what is the matter when the ATS knows someone whom Kombo does not show', async () => {
		kombo.sandbox.faults.next({ kind: 'status', status: 409, body: { status: 'error', error: { code: 'ATS.APPLICATION_ALREADY_EXISTS', title: null, message: 'Exists', log_url: null } } }, { method: 'POST' });
		const { error } = await kombo.run('candidate', 'findOrCreate', parameters('hidden@example.com'), { mayFail: true });
		expect(error?.message).toBe('The ATS knows this candidate, but Kombo does not show them yet');
		expect(withEmail('hidden@example.com')).toHaveLength(0);
	});

	it('tries again after a failure', async () => {
		kombo.sandbox.faults.next({ kind: 'status', status: 400 }, { method: 'POST' });
		expect((await kombo.run('candidate', 'findOrCreate', parameters('again@example.com'), { mayFail: true })).error).toBeDefined();
		expect(await kombo.json('candidate', 'findOrCreate', parameters('again@example.com'))).toMatchObject([{ created: true }]);
	});
});
