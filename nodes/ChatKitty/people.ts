import { bare } from '../../lib/action/field';
import type { Row } from '../../lib/action/operation';
import { ApiError, FieldError, rethrow } from '../../lib/errors';
import { path } from '../../lib/http/path';
import { isObject } from '../../lib/http/apiDefinition';
import { isNotFound, type ChatKittyApi } from './api';

/** A user as a field names one: an ID, or a username (mostly an e-mail address). */
export type Who = { id: string } | { username: string };

/** ChatKitty's IDs are numbers, so digits only are an ID and no username. */
export function whoOf(given: string): Who {
	const bared = bare(given);
	return isId(bared) ? { id: bared } : { username: bared };
}

function isId(given: string): boolean {
	return /^\d+$/.test(given);
}

/** What was filled in one way must not be taken for the other: a message to the user "39819" would reach nobody. */
export function checkedWho(displayName: string, given: string, way?: string): string {
	if (way === 'name' && isId(given)) throw new FieldError(`"${displayName}" is a number, which is no username`, 'For the ID of a user choose By ID.');
	if (way === 'id' && !isId(given) && !given.includes('@')) throw new FieldError(`"${displayName}" is not an ID`, "ChatKitty's IDs are numbers. For a username choose By E-Mail or Username.");
	return given;
}

/** A username to be given to somebody, or to be looked for. */
export function checkedUsername(displayName: string, given: string): string {
	return checkedWho(displayName, bare(given), 'name');
}

/** The reference that bodies take: `{ id: 1 }` or `{ username }`. */
export function referenceTo(given: string): { id: number | string } | { username: string } {
	const who = whoOf(given);
	if ('username' in who) return who;
	return { id: Number.isSafeInteger(Number(who.id)) ? Number(who.id) : who.id };
}

/** The ID that paths take. */
export async function idOf(chatkitty: ChatKittyApi, given: string): Promise<string> {
	const who = whoOf(given);
	return 'id' in who ? who.id : String((await named(chatkitty, who.username)).id);
}

/** The username that filters and uploads take. */
export async function usernameOf(chatkitty: ChatKittyApi, given: string): Promise<string> {
	const who = whoOf(given);
	return 'username' in who ? who.username : String((await withId(chatkitty, who.id)).name);
}

/** The user, who must exist. */
export async function existing(chatkitty: ChatKittyApi, given: string): Promise<Row> {
	const who = whoOf(given);
	return 'id' in who ? await withId(chatkitty, who.id) : await named(chatkitty, who.username);
}

async function withId(chatkitty: ChatKittyApi, id: string): Promise<Row> {
	const unknown = (error: unknown) => (isNotFound(error) ? nobody('ID', id) : rethrow(error));
	return await chatkitty.once(`user ${id}`, async () => await chatkitty.get(path`/users/${id}`).catch(unknown));
}

function nobody(kind: 'ID' | 'username', given: string): never {
	throw new FieldError(`There is no user with the ${kind} "${given}"`, 'Check it, or make the user first with User, Find or Create.');
}

async function named(chatkitty: ChatKittyApi, username: string): Promise<Row> {
	return await chatkitty.once(`name ${username}`, async () => {
		return (await userNamed(chatkitty, username)) ?? nobody('username', username);
	});
}

/**
 * Looked up as given and, an e-mail address, also in small letters. The filter is compared again here: a vendor that ignored
 * it must not make us write to somebody else.
 */
export async function userNamed(chatkitty: ChatKittyApi, username: string): Promise<Row | undefined> {
	for (const name of new Set([username, username.includes('@') ? username.toLowerCase() : username])) {
		const found = await chatkitty.find('/users', 'users', { name }, (user) => isSame(String(user.name), username));
		if (found) return found;
	}
	return undefined;
}

/** E-mail addresses are one whatever their case: a second user for "Jane@" would split a conversation. */
export function isSame(known: string, wanted: string): boolean {
	return known === wanted || (wanted.includes('@') && known.toLowerCase() === wanted.toLowerCase());
}

export interface NewUser {
	username: string;
	displayName?: string;
	isGuest?: boolean;
	properties?: object;
}

export async function createUser(chatkitty: ChatKittyApi, { username: given, displayName, isGuest, properties }: NewUser): Promise<Row> {
	const username = checkedUsername('Username', given);
	// https://chatkitty.com/docs/api/reference#create-user: is_guest is required by the schema, though examples leave it out.
	return await chatkitty.act('POST', '/users', { name: username, display_name: displayName ?? username, is_guest: isGuest ?? false, properties });
}

/** The user with this name, made if there is none. Items of one execution that ask for the same person share the answer. */
export async function findOrCreateUser(chatkitty: ChatKittyApi, given: NewUser): Promise<Row> {
	const user = { ...given, username: checkedUsername('Username', given.username) };
	return await chatkitty.once(`person ${user.username.includes('@') ? user.username.toLowerCase() : user.username}`, async () => {
		const found = await userNamed(chatkitty, user.username);
		if (found) return { ...found, created: false };
		const made = await createUser(chatkitty, user).catch(async (error: unknown) => await madeMeanwhile(chatkitty, user, error));
		return { created: true, ...made };
	});
}

/** Somebody else may have been faster; how ChatKitty refuses a second user of the same name is not documented. */
async function madeMeanwhile(chatkitty: ChatKittyApi, { username }: NewUser, error: unknown): Promise<Row> {
	const refused = error instanceof ApiError && error.facts.status !== undefined && error.facts.status < 500;
	const late = refused ? await userNamed(chatkitty, username) : undefined;
	return late ? { ...late, created: false } : await Promise.reject<Row>(error);
}

/** Channels of two people that one look goes through: the members filter should leave one. */
const MAX_LOOK = 500;

/** The direct channel of exactly these two, made if there is none. */
export async function directChannel(chatkitty: ChatKittyApi, usernames: readonly [string, string]): Promise<Row> {
	const wanted = [...usernames].sort();
	return await chatkitty.once(`direct ${wanted.join(' ')}`, async () => {
		let looked = 0;
		for await (const channels of chatkitty.list('/channels', 'channels', { type: 'DIRECT', members: wanted })) {
			const found = channels.find((channel) => isBetween(channel, wanted));
			if (found) return { ...found, created: false };
			looked += channels.length;
			if (looked >= MAX_LOOK) break;
		}
		// ChatKitty gives the channel that these members have already rather than a second one.
		const made = await chatkitty.act('POST', '/channels', { type: 'DIRECT', members: wanted.map((username) => ({ username })) });
		return { ...made, created: true };
	});
}

function isBetween(channel: Row, wanted: readonly string[]): boolean {
	const members = Array.isArray(channel.members) ? channel.members.filter(isObject).map(({ name }) => String(name)) : [];
	return channel.type === 'DIRECT' && members.length === wanted.length && wanted.every((name) => members.includes(name));
}
