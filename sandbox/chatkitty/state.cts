import type { FastifyRequest } from 'fastify';
import { ApiError, type Tools } from '../simulator.cts';
import type { ChatChannel, ChatMessage, ChatUser } from '../model.cts';
import { opaqueId } from '../random.cts';
import type { World } from '../world.cts';
import { errorBody } from './words.cts';

export interface Job {
	id: number;
	type: 'CHANNEL_IMPORT' | 'CHANNEL_MEMBERS_IMPORT' | 'MESSAGE_IMPORT' | 'USER_IMPORT' | 'MESSAGE_ANALYTICS_EXPORT';
	state: 'PENDING' | 'RUNNING' | 'FINISHED' | 'FAILED';
	createdAt: number;
	endedAt: number | null;
	file: string | null;
	/** Does the work when the job is asked for the second time; throws when it fails. */
	work: () => string | null;
}

export interface ChatFunction {
	id: number;
	type: string;
	name: string;
	description: string | null;
	initializeAsynchronously: boolean;
	versions: Array<{ id: number; handlerScript: string }>;
}

const TOKEN_LIFE = 43_199;

/** What is ChatKitty's own and not the world's. */
export class ChatKittyState {
	readonly clientId: string;
	readonly clientSecret: string;
	readonly startedAt: number;
	settings = { guestUsers: 'DISABLED', userCreatedChannels: 'ENABLED' };
	/** by id of the world's user */
	readonly statuses = new Map<string, string>();
	readonly pictures = new Map<string, string>();
	readonly secrets = new Map<string, string>();
	/** by id of the world's channel */
	readonly invites = new Map<string, Array<{ userId: string; at: number }>>();
	readonly events: Array<{ channelId: string; type: string; properties: unknown }> = [];
	readonly reported = new Set<string>();
	readonly jobs: Job[] = [];
	readonly importedKeys = new Set<string>();
	readonly functions: ChatFunction[] = [];
	runtime = {
		dependencies: [{ name: 'axios', version: '^1.6.1', defaultDependency: true }] as unknown[],
		environmentVariables: {} as Record<string, string>,
		script: null as string | null,
	};

	private readonly reads = new Map<string, number>();
	private tokens = new Set<string>();
	private counter = 0;

	constructor(
		readonly world: World,
		tools: Tools,
	) {
		this.clientId = `${opaqueId(`${world.seed}/chatkitty`, 1, 8)}-client`;
		this.clientSecret = `${opaqueId(`${world.seed}/chatkitty`, 2)}-secret`;
		this.startedAt = world.clock.now();
		this.runtime.environmentVariables = { CHATKITTY_CLIENT_ID: this.clientId, CHATKITTY_CLIENT_SECRET: this.clientSecret, CHATKITTY_APPLICATION_ID: '1' };
		tools.control('expire-tokens', () => {
			this.tokens = new Set();
		});
		/** `{ user, message }` in ids of the world */
		tools.control('read', ({ user, message }) => {
			this.reads.set(`${String(user)} ${String(message)}`, world.clock.now());
		});
		/** `{ message }` in ids of the world */
		tools.control('report', ({ message }) => {
			this.reported.add(String(message));
		});
	}

	next(): number {
		return ++this.counter;
	}

	giveToken(authorization: string | undefined, grant: string | undefined): unknown {
		const expected = `Basic ${Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64')}`;
		if (authorization !== expected) throw new ApiError(401, { error: 'invalid_client', error_description: 'Bad client credentials' });
		if (grant !== 'client_credentials') throw new ApiError(400, { error: 'unsupported_grant_type', error_description: `Unsupported grant type: ${grant ?? ''}` });
		const token = opaqueId(`${this.world.seed}/token`, this.next(), 36);
		this.tokens.add(token);
		return { access_token: token, token_type: 'bearer', expires_in: TOKEN_LIFE, scope: 'create:* read:* update:* delete:*' };
	}

	authenticate(request: FastifyRequest): void {
		const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ');
		if (scheme.toLowerCase() !== 'bearer' || !this.tokens.has(token)) throw new ApiError(401, errorBody(401));
	}

	/** Seeded messages are read by two thirds of the people; new ones when somebody says so. */
	hasRead(user: ChatUser, message: ChatMessage): boolean {
		return message.userId === user.id || this.reads.has(`${user.id} ${message.id}`) || (message.createdAt < this.startedAt && (message.number + user.number) % 3 !== 0);
	}

	readAt(user: ChatUser, message: ChatMessage): number {
		return this.reads.get(`${user.id} ${message.id}`) ?? message.createdAt + 5 * 60_000;
	}

	startJob(type: Job['type'], work: () => string | null): Job {
		const job: Job = { id: 50 + this.next(), type, state: 'PENDING', createdAt: this.world.clock.now(), endedAt: null, file: null, work };
		this.jobs.push(job);
		return job;
	}

	/** Each look at a job finds it one step further. */
	advance(job: Job): Job {
		if (job.state === 'PENDING') job.state = 'RUNNING';
		else if (job.state === 'RUNNING') {
			try {
				job.file = job.work();
				job.state = 'FINISHED';
			} catch {
				job.state = 'FAILED';
			}
			job.endedAt = this.world.clock.now();
		}
		return job;
	}

	/** The sessions of everybody: one that has ended, and one more of those who are online. */
	sessions(): Array<{ number: number; user: ChatUser; active: boolean; channel: ChatChannel | undefined }> {
		return this.world.chatUsers.alive().flatMap((user) => {
			const channel = this.world.chatChannels.alive().find(({ memberIds }) => memberIds.includes(user.id));
			const ended = { number: user.number * 2, user, active: false, channel };
			return user.online ? [ended, { number: user.number * 2 + 1, user, active: true, channel }] : [ended];
		});
	}
}
