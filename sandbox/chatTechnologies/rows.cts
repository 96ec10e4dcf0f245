import type { Shown } from '../jsonApi.cts';
import { createHash } from 'node:crypto';
import type { Activity, Base, Candidate, Company, Department, Message, Position } from '../model.cts';
import { hash32 } from '../random.cts';
import type { World } from '../world.cts';

/** A record before it gets an envelope. `attributes` in kebab-case, as the documentation's tables have them. */
/** What this vendor keeps beside the world: attributes that no other service has. */
export type Extras = Map<Base, Record<string, unknown>>;

/** Local time with an offset, not UTC: what clients must be able to read. */
export function stamp(ms: number): string {
	return new Date(ms + 3_600_000).toISOString().replace('Z', '+01:00');
}

export function uuidOf(world: World, record: Base): string {
	const hex = createHash('sha256').update(`${world.seed}/${record.id}`).digest('hex');
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

export const numbered = (record: Base | undefined): string | null => (record ? String(record.number) : null);

const to = (type: string, record: Base | undefined): { type: string; id: string } | null => (record ? { type, id: String(record.number) } : null);

export function companyRow(world: World, row: Company): Shown {
	return { type: 'companies', id: uuidOf(world, row), attributes: { name: row.name, website: row.website, locale: row.locale }, relations: { manager: to('users', world.users.get(row.managerId)) } };
}

export function departmentRow(world: World, row: Department, extras: Extras): Shown {
	const roles = world.positions.by('departmentId', row.id).filter((one) => one.deletedAt === null);
	return { type: 'departments', id: String(row.number), attributes: { name: row.name }, relations: { roles: roles.map((one) => ({ type: 'roles', id: String(one.number) })), teams: teamsOf(extras.get(row)) } };
}

export function roleRow(world: World, row: Position, extras: Extras): Shown {
	return { type: 'roles', id: String(row.number), attributes: { name: row.name }, relations: { department: to('departments', world.departments.get(row.departmentId)), teams: teamsOf(extras.get(row)) } };
}

function teamsOf(extra: Record<string, unknown> | undefined): Array<{ type: string; id: string }> {
	return Array.isArray(extra?.['teams']) ? extra['teams'].map((id) => ({ type: 'teams', id: String(id) })) : [];
}

export function candidateRow(world: World, row: Candidate, extras: Extras, resume: (which: 'pdf' | 'original') => string | null): Shown {
	const more = extras.get(row) ?? {};
	return {
		type: 'candidates',
		id: String(row.number),
		attributes: {
			'first-name': row.firstName,
			'last-name': row.lastName,
			email: row.emails[0]?.address ?? null,
			phone: row.phones[0]?.number ?? null,
			'linkedin-url': row.links.find((link) => link.includes('linkedin')) ?? null,
			'linkedin-profile': null,
			'facebook-profile': null,
			tags: row.tagIds.map((id) => world.tags.get(id)?.name),
			connected: false,
			internal: false,
			sourced: false,
			unsubscribed: false,
			referred: row.source === 'Referral',
			'referring-site': row.source,
			'consent-future-jobs-at': null,
			...more,
			resume: resume('pdf'),
			'original-resume': resume('original'),
			'created-at': stamp(row.createdAt),
			'updated-at': stamp(Math.max(row.changedAt, row.linkedAt)),
		},
		relations: {},
	};
}

export function changeRow(world: World, row: Activity): Shown {
	return {
		type: 'activities',
		id: String(row.number),
		attributes: { code: row.code, 'created-at': stamp(row.createdAt), data: JSON.stringify(row.data) },
		relations: { candidate: to('candidates', world.candidates.get(row.candidateId)), job: to('jobs', world.jobs.get(row.jobId)), user: to('users', world.users.get(row.userId)) },
	};
}

export function messageRow(world: World, row: Message): Record<string, unknown> {
	return {
		id: row.id,
		candidate_id: numbered(world.candidates.get(row.candidateId)),
		direction: row.authorId === null ? 'inbound' : 'outbound',
		subject: row.subject,
		body: row.text,
		status: row.delivered ? 'delivered' : 'queued',
		created_at: stamp(row.createdAt),
		sent_at: stamp(row.deliverAt),
	};
}

/** The feed in one of the three orders that a client may meet. */
export function inOrder(rows: readonly Activity[], order: 'newest' | 'oldest' | 'none'): readonly Activity[] {
	if (order === 'none') return [...rows].sort((a, b) => hash32(a.id) - hash32(b.id));
	const byTime = [...rows].sort((a, b) => a.createdAt - b.createdAt || a.number - b.number);
	return order === 'oldest' ? byTime : byTime.reverse();
}
