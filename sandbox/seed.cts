import { DAY, HOUR, MINUTE } from './clock.cts';
import type { Answer, Application, Job, Posting, Question, Stage, User } from './model.cts';
import { COMPANIES, DEPARTMENTS, FIRST, INTERVIEWS, JOB_STAGES, LAST, MAILS, NOTES, PLACES, REASONS, REPLIES, slugOf, SOURCES, STAGES, TAGS, TITLES } from './names.cts';
import { opaqueId, type Random } from './random.cts';
import type { World } from './world.cts';

export interface Size {
	/** default 40 */
	jobs?: number;
	/** default 2,000 */
	applications?: number;
}

/** How long before now the first job was opened. */
const HISTORY = 180 * DAY;

/** Fills an empty world. The same seed, size and clock give the same world. */
export function fillWorld(world: World, size: Size = {}): World {
	const { jobs = 40, applications = 2000 } = size;
	if (!Number.isInteger(jobs) || !Number.isInteger(applications) || jobs < (applications > 0 ? 1 : 0) || applications < 0) {
		throw new Error('A world needs at least one job for its applications, and whole numbers of both.');
	}
	const random = world.random.fork('seed');
	world.build(() => {
		const house = fillHouse(world, random);
		for (let i = 0; i < jobs; i++) fillJob(world, random, house, i);
		const open = world.jobs.rows.filter((job) => job.status !== 'DRAFT');
		const jobsToFill = open.length > 0 ? open : world.jobs.rows;
		for (let i = 0; i < applications; i++) fillApplication(world, random, house, random.pick(jobsToFill), i);
		fillChat(world, random);
	});
	return world;
}

interface House {
	now: number;
	users: User[];
	recruiterRole: string;
	managerRole: string;
	interviewerRole: string;
	tagIds: string[];
	reasonIds: string[];
	stages: Stage[];
	companyId: string;
	departmentIds: string[];
	positionIds: string[];
}

function fillHouse(world: World, random: Random): House {
	const now = world.clock.now();
	const old = { createdAt: now - HISTORY };
	const by = 'seed';
	const admin = world.add('role', { label: 'Administrator', scope: 'SYSTEM', kind: 'ADMIN' }, by, old);
	const member = world.add('role', { label: 'Member', scope: 'SYSTEM', kind: null }, by, old);
	const recruiterRole = world.add('role', { label: 'Recruiter', scope: 'JOB', kind: 'RECRUITER' }, by, old).id;
	const managerRole = world.add('role', { label: 'Hiring manager', scope: 'JOB', kind: 'HIRING_MANAGER' }, by, old).id;
	const interviewerRole = world.add('role', { label: 'Interviewer', scope: 'JOB', kind: 'INTERVIEWER' }, by, old).id;
	const users: User[] = [];
	for (let i = 0; i < 12; i++) {
		const firstName = random.pick(FIRST);
		const lastName = random.pick(LAST);
		const roleIds = [i === 0 ? admin.id : member.id];
		users.push(world.add('user', { firstName, lastName, email: `${slugOf(firstName, lastName)}.${i + 1}@acme.example`, phone: i % 3 === 0 ? null : `+3314567890${i % 10}`, active: i !== 11, roleIds }, by, old));
	}
	const company = world.add('company', { name: 'Acme Recruiting', slug: 'acme', website: 'https://acme.example', locale: 'en', description: '<p>We hire people for the houses of the Acme group.</p>', managerId: users[0]?.id ?? null }, by, old);
	const departmentIds = DEPARTMENTS.map((name) => world.add('department', { name }, by, old).id);
	const positionIds = departmentIds.flatMap((departmentId, i) => ['Specialist', 'Lead'].map((name) => world.add('position', { name: `${DEPARTMENTS[i] ?? ''} ${name}`, departmentId }, by, old).id));
	return {
		now,
		users,
		recruiterRole,
		managerRole,
		interviewerRole,
		tagIds: TAGS.map((name) => world.add('tag', { name }, by, old).id),
		reasonIds: REASONS.map((name) => world.add('rejectionReason', { name }, by, old).id),
		stages: STAGES.map((name, index) => world.add('stage', { name, index, hired: name === 'Hired', active: true }, by, old)),
		companyId: company.id,
		departmentIds,
		positionIds,
	};
}

function fillJob(world: World, random: Random, house: House, i: number): void {
	const title = TITLES[i % TITLES.length] ?? 'Job';
	const place = random.pick(PLACES);
	const openedAt = house.now - HISTORY + random.int(0, Math.floor((HISTORY / 3) * 2));
	const status = i % 10 === 8 ? 'CLOSED' : i % 20 === 19 ? 'DRAFT' : 'OPEN';
	const stageIds = house.stages.map((stage) => stage.id);
	if (i % 4 === 1) {
		const own = world.add('stage', { name: random.pick(JOB_STAGES), index: 3, hired: false, active: true }, 'seed', { createdAt: openedAt });
		stageIds.splice(3, 0, own.id);
	}
	const [recruiter, manager, interviewer] = random.some(house.users.filter((user) => user.active), 3);
	const departmentIndex = i % house.departmentIds.length;
	const id = opaqueId(`${world.seed}/job parts`, i + 1);
	world.add(
		'job',
		{
			title: i < TITLES.length ? title : `${title} (${place.city} ${Math.floor(i / TITLES.length) + 1})`,
			code: `REQ-${1000 + i}`,
			slug: `${opaqueId('slug', i + 1, 16).toLowerCase()}-${slugOf(title)}`,
			html: `<p>${title} in ${place.city}. You work with kind people on useful things.</p>`,
			status,
			visibility: i % 7 === 6 ? 'INTERNAL' : i % 13 === 12 ? 'CONFIDENTIAL' : 'PUBLIC',
			employment: random.weighted([['FULL_TIME', 7], ['PART_TIME', 2], ['CONTRACT', 1], ['INTERNSHIP', 1], ['SEASONAL', 1]] as const),
			remoteWork: random.pick(['REMOTE', 'HYBRID', 'ON_SITE'] as const),
			category: DEPARTMENTS[departmentIndex] ?? 'Other',
			companyId: house.companyId,
			departmentId: house.departmentIds[departmentIndex] ?? '',
			positionId: house.positionIds[i % house.positionIds.length] ?? null,
			place,
			salary: i % 5 === 4 ? null : { from: random.int(28, 45) * 1000, to: random.int(46, 80) * 1000, currency: 'EUR', period: 'YEAR' },
			weeklyHours: random.pick([20, 32, 35, 40]),
			experience: random.pick(['Entry level', 'Mid level', 'Senior']),
			openedAt: status === 'DRAFT' ? null : openedAt,
			closedAt: status === 'CLOSED' ? house.now - random.int(1, 20) * DAY : null,
			stageIds,
			questions: questionsOf(id, i),
			postings: postingsOf(id, title, i),
			team: [
				...(recruiter ? [{ userId: recruiter.id, roleIds: [house.recruiterRole] }] : []),
				...(manager ? [{ userId: manager.id, roleIds: [house.managerRole] }] : []),
				...(interviewer ? [{ userId: interviewer.id, roleIds: [house.interviewerRole] }] : []),
			],
		},
		'seed',
		{ createdAt: openedAt, changedAt: Math.min(house.now - HOUR, openedAt + random.int(0, 10) * DAY) },
	);
}

/** Every fourth job asks nothing; the others ask, and the first of four asks one question of every type, with conditions. */
function questionsOf(jobPart: string, i: number): Question[] {
	if (i % 4 === 3) return [];
	const list: Question[] = [];
	const ask = (type: Question['type'], title: string, more: Partial<Question> = {}, options: string[] = []): Question => {
		const n = list.length + 1;
		const question: Question = {
			id: opaqueId(`${jobPart}/question`, n),
			remoteId: `q${i + 1}-${n}`,
			title,
			description: null,
			type,
			multiLine: false,
			options: options.map((name, o) => ({ id: opaqueId(`${jobPart}/question ${n}/option`, o + 1), remoteId: `o${i + 1}-${n}-${o + 1}`, name })),
			min: null,
			max: null,
			required: false,
			category: null,
			when: null,
			...more,
		};
		list.push(question);
		return question;
	};
	ask('TEXT', 'Why would you like to work with us?', { multiLine: true, max: 2000, required: true });
	const shift = ask('SINGLE_SELECT', 'Which shift suits you best?', { required: true }, ['Morning', 'Afternoon', 'Night']);
	if (i % 4 !== 0) return list;
	ask('TEXT', 'Have you worked at night before? Where?', { when: { questionId: shift.id, answers: shift.options.slice(2).map((option) => option.id) } });
	ask('NUMBER', 'How many years have you done this work?', { min: 0, max: 60 });
	const licence = ask('BOOLEAN', 'Do you have a driving licence?', { required: true });
	ask('DATE', 'When did you get it?', { when: { questionId: licence.id, answers: [true] } });
	ask('MULTI_SELECT', 'Which languages do you speak?', {}, ['English', 'French', 'German', 'Spanish']);
	ask('FILE', 'Your portfolio', { description: '<p>PDF, at most 5 MB</p>' });
	ask('INFORMATION', 'We answer within a week.');
	ask('SINGLE_SELECT', 'How do you describe yourself?', { category: 'EEO' }, ['Woman', 'Man', 'Another way', 'I would rather not say']);
	ask('UNKNOWN', 'Signature');
	return list;
}

function postingsOf(jobPart: string, title: string, i: number): Posting[] {
	if (i % 20 === 19) return [];
	return [{ id: opaqueId(`${jobPart}/posting`, 1), remoteId: `p${i + 1}`, title, html: `<p>${title}</p>`, status: 'ACTIVE', visibility: 'PUBLIC', url: `https://jobs.acme.example/${slugOf(title)}-${i + 1}` }];
}

function fillApplication(world: World, random: Random, house: House, job: Job, i: number): void {
	const by = 'seed';
	const firstName = random.pick(FIRST);
	const lastName = random.pick(LAST);
	const opened = job.openedAt ?? house.now - 10 * DAY;
	const createdAt = opened + Math.floor(random.next() * (house.now - HOUR - opened));
	const changedAt = createdAt + Math.floor(random.next() * (house.now - MINUTE - createdAt));
	const email = `${slugOf(firstName, lastName)}.${i + 1}@mail.example`;
	const source = random.pick(SOURCES);
	// One in twenty applies for a second job.
	const known = i > 20 && random.chance(0.05) ? world.candidates.byNumber(random.int(1, world.candidates.size)) : undefined;
	const candidate =
		known ??
		world.add(
			'candidate',
			{
				firstName,
				lastName,
				company: random.chance(0.5) ? random.pick(COMPANIES) : null,
				title: random.chance(0.6) ? random.pick(TITLES) : null,
				emails: [{ address: email, type: 'PERSONAL' }],
				phones: random.chance(0.8) ? [{ number: `+336${String(10000000 + i)}`, type: 'PERSONAL' }] : [],
				links: random.chance(0.3) ? [`https://www.linkedin.com/in/${slugOf(firstName, lastName)}-${i + 1}`] : [],
				place: random.chance(0.7) ? random.pick(PLACES) : null,
				source,
				tagIds: random.chance(0.3) ? random.some(house.tagIds, random.int(1, 2)) : [],
				consent: random.chance(0.5) ? { given: true, expiresAt: createdAt + 730 * DAY } : null,
			},
			by,
			{ createdAt, changedAt: createdAt },
		);

	const stages = job.stageIds.map((id) => world.stages.need(id));
	const reached = random.weighted([[0, 34], [1, 24], [2, 18], [3, 12], [4, 7], [5, 5]] as const);
	const hiredStage = stages.find((stage) => stage.hired);
	const hired = reached === 5 && hiredStage !== undefined;
	const declined = !hired && random.chance(0.28);
	const stage = hired ? hiredStage : (stages[Math.min(reached, stages.length - 2)] ?? stages[0]);
	if (!stage) throw new Error('A job without stages takes no applications.');
	const application = world.add(
		'application',
		{
			jobId: job.id,
			candidateId: candidate.id,
			status: hired ? 'HIRED' : declined ? 'DECLINED' : 'PENDING',
			stageId: stage.id,
			rejection: declined ? { reasonId: random.chance(0.9) ? random.pick(house.reasonIds) : null, at: changedAt, note: null } : null,
			answers: answersOf(job, random),
			source,
			origin: source === 'Agency' ? 'AGENCY' : source === 'Referral' ? 'REFERRAL' : 'EXTERNAL',
			ownerId: job.team[0]?.userId ?? null,
		},
		by,
		{ createdAt, changedAt },
	);
	fillAround(world, random, house, job, application, { reached, firstName, lastName, createdAt, changedAt });
}

function answersOf(job: Job, random: Random): Answer[] {
	return job.questions.flatMap((question): Answer[] => {
		const answer = (value: Answer['value']): Answer[] => [{ questionId: question.id, title: question.title, type: question.type, value }];
		switch (question.type) {
			case 'TEXT':
				return question.when ? [] : answer('I like the team and the work.');
			case 'NUMBER':
				return answer(random.int(0, 20));
			case 'BOOLEAN':
				return answer(random.chance(0.6));
			case 'DATE':
				return question.when ? [] : answer('2015-06-01T00:00:00.000Z');
			case 'SINGLE_SELECT':
				return answer(random.pick(question.options).name);
			case 'MULTI_SELECT':
				return answer(random.some(question.options, 2).map((option) => option.name));
			default:
				return [];
		}
	});
}

interface Facts {
	reached: number;
	firstName: string;
	lastName: string;
	createdAt: number;
	changedAt: number;
}

function fillAround(world: World, random: Random, house: House, job: Job, application: Application, facts: Facts): void {
	const by = 'seed';
	const { reached, createdAt, changedAt } = facts;
	const at = (): { createdAt: number; changedAt: number } => {
		const time = createdAt + Math.floor(random.next() * (changedAt - createdAt));
		return { createdAt: time, changedAt: time };
	};
	const { candidateId } = application;
	const applicationId = application.id;
	world.add('attachment', { candidateId, applicationId, kind: 'CV', fileName: `CV ${facts.firstName} ${facts.lastName}.pdf`, contentType: 'application/pdf' }, by, { createdAt });
	if (random.chance(0.1)) world.add('attachment', { candidateId, applicationId, kind: 'COVER_LETTER', fileName: 'Cover letter.pdf', contentType: 'application/pdf' }, by, { createdAt });

	if (reached >= 2 && random.chance(0.8)) {
		const done = reached > 2 || application.status !== 'PENDING';
		const startsAt = done ? Math.floor((createdAt + changedAt) / 2) : house.now + random.int(1, 14) * DAY;
		const interviewer = random.pick(house.users);
		const virtual = random.chance(0.6);
		const interview = world.add(
			'interview',
			{
				applicationId,
				title: random.pick(INTERVIEWS),
				startsAt,
				endsAt: startsAt + 45 * MINUTE,
				status: random.chance(0.1) ? 'CANCELLED' : done ? 'COMPLETED' : 'SCHEDULED',
				interviewerIds: [interviewer.id],
				organizerId: job.team[0]?.userId ?? null,
				where: virtual ? { kind: 'VIRTUAL', address: null } : { kind: 'PHYSICAL', address: `${job.place.street ?? ''}, ${job.place.city}` },
				videoUrl: virtual ? `https://meet.acme.example/${application.number}` : null,
				stageId: job.stageIds[2] ?? null,
			},
			by,
			at(),
		);
		if (interview.status === 'COMPLETED' && random.chance(0.5)) {
			world.add(
				'scorecard',
				{
					candidateId,
					applicationId,
					interviewId: interview.id,
					authorId: interviewer.id,
					responses: [
						{ label: 'What stood out?', type: 'TEXT', required: false, options: [], answer: random.pick(NOTES) },
						{ label: 'Score', type: 'NUMBER', required: true, options: [], answer: random.int(1, 5) },
						{ label: 'Would you hire?', type: 'BOOLEAN', required: true, options: [], answer: random.chance(0.6) },
						{ label: 'Earliest start', type: 'DATE', required: false, options: [], answer: null },
						{ label: 'Level', type: 'SINGLE_SELECT', required: false, options: ['Junior', 'Mid', 'Senior'], answer: random.pick(['Junior', 'Mid', 'Senior']) },
						{ label: 'Strengths', type: 'MULTI_SELECT', required: false, options: ['Calm', 'Clear', 'Quick'], answer: random.some(['Calm', 'Clear', 'Quick'], 2) },
					],
				},
				by,
				{ createdAt: changedAt },
			);
		}
	}
	if (reached >= 4) {
		const status = application.status === 'HIRED' ? 'ACCEPTED' : application.status === 'DECLINED' ? random.pick(['DECLINED', 'ABANDONED'] as const) : random.pick(['DRAFT', 'APPROVED', 'SENT'] as const);
		const closed = status === 'ACCEPTED' || status === 'DECLINED' || status === 'ABANDONED';
		world.add('offer', { applicationId, status, startDate: house.now + 30 * DAY, sentAt: status === 'DRAFT' || status === 'APPROVED' ? null : changedAt, closedAt: closed ? changedAt : null }, by, at());
	}
	if (random.chance(0.2)) world.add('note', { candidateId, applicationId, authorId: random.pick(house.users).id, title: null, html: random.pick(NOTES), private: random.chance(0.2), replyToId: null, attachmentIds: [] }, by, at());
	if (random.chance(0.25)) {
		const [subject, text] = random.pick(MAILS);
		const sent = at();
		world.add('message', { candidateId, applicationId, authorId: job.team[0]?.userId ?? null, subject, text, html: `<p>${text}</p>`, auto: random.chance(0.3), deliverAt: sent.createdAt, delivered: true, attachmentIds: [] }, by, sent);
		if (random.chance(0.4)) {
			const reply = random.pick(REPLIES);
			const time = Math.min(house.now - MINUTE, sent.createdAt + random.int(1, 48) * HOUR);
			world.add('message', { candidateId, applicationId, authorId: null, subject: `Re: ${subject}`, text: reply, html: `<p>${reply}</p>`, auto: false, deliverAt: time, delivered: true, attachmentIds: [] }, by, { createdAt: time });
		}
	}
	if (random.chance(0.03)) {
		const owner = random.pick(house.users);
		world.add('task', { description: 'Call back', dueAt: house.now + random.int(-5, 10) * DAY, done: random.chance(0.4), about: { model: 'application', id: applicationId }, userIds: [owner.id], ownerId: owner.id, notify: false }, by, at());
	}
	if (random.chance(0.05)) world.add('activity', { code: 'moved', data: { to: world.stages.get(application.stageId)?.name ?? null }, candidateId, jobId: application.jobId, userId: job.team[0]?.userId ?? null }, by, { createdAt: changedAt });
}

/** Some applications have a channel in which the team and the candidate talk. */
function fillChat(world: World, random: Random): void {
	const by = 'seed';
	const now = world.clock.now();
	const team = world.users.rows.slice(0, 5).map((user) => chatUserOf(world, user.email, `${user.firstName} ${user.lastName}`, { userId: user.id }));
	const lobby = world.add('chatChannel', { kind: 'PUBLIC', name: 'recruiting', displayName: 'Recruiting', creatorId: team[0]?.id ?? null, memberIds: team.map((one) => one.id), moderatorIds: team.slice(0, 1).map((one) => one.id), applicationId: null, properties: {} }, by);
	world.add('chatMessage', { channelId: lobby.id, kind: 'SYSTEM_TEXT', userId: null, body: 'Welcome to Recruiting', file: null, parentId: null, groupTag: null, properties: {}, editedAt: null }, by);
	for (const application of world.applications.rows.slice(0, 40)) {
		const candidate = world.candidates.need(application.candidateId);
		const colleague = random.pick(team);
		const address = candidate.emails[0]?.address;
		if (!address || world.chatUsers.first('name', address)) continue;
		const person = chatUserOf(world, address, `${candidate.firstName ?? ''} ${candidate.lastName ?? ''}`.trim(), { candidateId: candidate.id });
		const channel = world.add('chatChannel', { kind: 'DIRECT', name: null, displayName: null, creatorId: colleague.id, memberIds: [colleague.id, person.id], moderatorIds: [], applicationId: application.id, properties: { applicationId: application.id } }, by, { createdAt: application.createdAt });
		const lines = random.int(1, 6);
		for (let i = 0; i < lines; i++) {
			const createdAt = Math.min(application.createdAt + i * HOUR, now - (lines - i) * 1000);
			world.add('chatMessage', { channelId: channel.id, kind: 'TEXT', userId: i % 2 === 0 ? colleague.id : person.id, body: i % 2 === 0 ? random.pick(MAILS)[1] : random.pick(REPLIES), file: null, parentId: null, groupTag: null, properties: {}, editedAt: null }, by, { createdAt });
		}
	}
}

function chatUserOf(world: World, name: string, displayName: string, person: { userId?: string; candidateId?: string }) {
	return world.add('chatUser', { name, displayName, kind: 'PERSON', guest: false, online: false, properties: {}, userId: person.userId ?? null, candidateId: person.candidateId ?? null }, 'seed');
}
