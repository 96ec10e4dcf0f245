import type { Row } from '../../lib/action/operation';
import { isObject } from '../../lib/http/apiDefinition';

/** The few fields of deep rows that a person wants. Each matches its model in models.ts. */

export function simpleApplication(row: Row): Row {
	const { candidate, job, current_stage: stage } = row;
	return {
		id: row.id,
		first_name: pick(candidate, 'first_name'),
		last_name: pick(candidate, 'last_name'),
		job: pick(job, 'name'),
		stage: pick(stage, 'name'),
		outcome: row.outcome ?? null,
		email: firstEmail(candidate),
		candidate_id: row.candidate_id ?? null,
		job_id: row.job_id ?? null,
		stage_id: row.current_stage_id ?? null,
		rejection_reason: row.rejection_reason_name ?? null,
		rejected_at: row.rejected_at ?? null,
		created_at: row.remote_created_at ?? null,
		changed_at: row.changed_at,
		deleted_at: row.remote_deleted_at ?? null,
		url: row.remote_url ?? null,
	};
}

export function simpleCandidate(row: Row): Row {
	return {
		id: row.id,
		first_name: row.first_name ?? null,
		last_name: row.last_name ?? null,
		email: firstEmail(row),
		phone: firstOf(row.phone_numbers, 'phone_number'),
		company: row.company ?? null,
		title: row.title ?? null,
		source: row.source ?? null,
		city: pick(row.location, 'city'),
		country: pick(row.location, 'country'),
		tags: names(row.tags),
		applications: objects(row.applications).map((one) => ({ id: pick(one, 'id'), outcome: pick(one, 'outcome'), stage: pick(one.current_stage, 'name'), job_id: pick(one.job, 'id'), job: pick(one.job, 'name') })),
		created_at: row.remote_created_at ?? null,
		changed_at: row.changed_at,
		deleted_at: row.remote_deleted_at ?? null,
		url: row.remote_url ?? null,
	};
}

export function simpleJob(row: Row): Row {
	return {
		id: row.id,
		remote_id: row.remote_id ?? null,
		name: row.name ?? null,
		job_code: row.job_code ?? null,
		status: row.status ?? null,
		visibility: row.visibility ?? null,
		employment_type: row.employment_type ?? null,
		department: row.department ?? null,
		city: pick(row.location, 'city'),
		country: pick(row.location, 'country'),
		stages: objects(row.stages).map((stage) => ({ id: pick(stage, 'id'), name: pick(stage, 'name') })),
		questions: objects(row.screening_questions).length,
		team: objects(row.hiring_team).map(personName),
		opened_at: row.opened_at ?? null,
		closed_at: row.closed_at ?? null,
		changed_at: row.changed_at,
		deleted_at: row.remote_deleted_at ?? null,
		url: row.remote_url ?? null,
	};
}

export function simpleInterview(row: Row): Row {
	return {
		id: row.id,
		title: row.title ?? null,
		starting_at: row.starting_at ?? null,
		ending_at: row.ending_at ?? null,
		canceled: row.canceled ?? null,
		location: placeName(row.location),
		video_conferencing_url: row.video_conferencing_url ?? null,
		interviewers: objects(row.users).map(personName),
		...aboutApplication(row),
		changed_at: row.changed_at,
		deleted_at: row.remote_deleted_at ?? null,
	};
}

export function simpleOffer(row: Row): Row {
	return {
		id: row.id,
		status: row.status ?? null,
		employment_start_date: row.employment_start_date ?? null,
		...aboutApplication(row),
		created_at: row.remote_created_at ?? null,
		changed_at: row.changed_at,
		deleted_at: row.remote_deleted_at ?? null,
	};
}

export function simpleIntegration(row: Row): Row {
	return {
		id: row.id,
		tool: pick(row.tool, 'label'),
		category: row.category,
		status: row.status,
		setup_status: row.setup_status,
		customer: pick(row.end_user, 'organization_name'),
		customer_origin_id: pick(row.end_user, 'origin_id'),
		readable: objects(row.read_models).filter(({ is_available }) => is_available === true).map(({ id }) => String(id)),
		writable: objects(row.write_actions).filter(({ is_available }) => is_available === true).map(({ id }) => String(id)),
		created_at: row.created_at,
	};
}

export function simpleTool(row: Row): Row {
	const { read_models: models, write_actions: actions } = isObject(row.coverage) ? row.coverage : {};
	const supported = (list: unknown) => objects(list).filter(({ coverage_status }) => coverage_status === undefined || coverage_status === 'SUPPORTED').map(({ id }) => String(id));
	return { id: row.id, label: row.label, readable: supported(models), writable: supported(actions), connection_guide_url: row.connection_guide_url ?? null };
}

/** `Ada Lovelace · ada@example.com`, or what there is of it. */
export function personName(person: Record<string, unknown>): string {
	const email = firstEmail(person) ?? pick(person, 'email');
	return [[person.first_name, person.last_name].filter(Boolean).join(' '), email].filter(Boolean).join(' · ') || String(person.id);
}

function aboutApplication(row: Row): Row {
	const application = isObject(row.application) ? row.application : {};
	const candidate = isObject(application.candidate) ? application.candidate : {};
	return {
		application_id: row.application_id ?? null,
		candidate_id: pick(candidate, 'id'),
		candidate: [candidate.first_name, candidate.last_name].filter(Boolean).join(' ') || null,
		email: firstEmail(candidate),
		job_id: pick(application.job, 'id'),
		job: pick(application.job, 'name'),
	};
}

function placeName(place: unknown): string | null {
	return pick(place, 'raw') ?? (['street_1', 'zip_code', 'city', 'country'].map((part) => pick(place, part)).filter(Boolean).join(', ') || null);
}

function names(list: unknown): string[] {
	return objects(list).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}

function objects(list: unknown): Array<Record<string, unknown>> {
	return Array.isArray(list) ? list.filter(isObject) : [];
}

function pick(value: unknown, key: string): string | null {
	const found = isObject(value) ? value[key] : undefined;
	return typeof found === 'string' ? found : null;
}

function firstEmail(person: unknown): string | null {
	return firstOf(isObject(person) ? person.email_addresses : undefined, 'email_address');
}

/** The first that is there: an ATS may keep a line of nothing. */
function firstOf(list: unknown, key: string): string | null {
	return objects(list).map((one) => pick(one, key)).find((text) => text !== null && text.trim() !== '') ?? null;
}
