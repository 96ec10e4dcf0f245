/**
 * What the shared test suites, the chaos run, the demo and the tests in a real n8n have to know of a service. They hold no name of a
 * vendor: `test/providers/<name>.cts` has one of these for each provider of the ATS node, `test/services/<name>.cts` for each
 * service that is no provider. Both folders are read by `index.cts`; there is no list to add a name to.
 */
import type { INodeParameters, NodeParameterValueType } from 'n8n-workflow';

import type { EventName } from '../../lib/ats/model';
import type { Provider } from '../../lib/ats/provider';
import type { Sandbox } from '../../sandbox/index.cts';
import type { Application } from '../../sandbox/model.cts';
import type { World } from '../../sandbox/world.cts';
import type { ProviderChaos } from '../chaos/providerSimulation.cts';

/** Base addresses and the simulators' credential data, by simulator. */
export type Account = Pick<Sandbox, 'urls' | 'credentials'>;
/** Data by credential type, as a user types it into n8n's credential window. */
export type CredentialData = Record<string, Record<string, string>>;
/** Values by `resource.operation.field`, or `resource.*.field` for every operation of a resource. */
export type SampleInputs = Readonly<Record<string, (world: World) => NodeParameterValueType>>;
/** A request that a node makes only when a field is filled that no sample input fills; `{}` stands for a part of the path. */
export interface FurtherCall {
	method: string;
	url: string;
}
/** A list without personal data, and what has to stay in it. */
export type KeepsList = [parameters: INodeParameters, stays: RegExp[]];

export interface ServiceEntry {
	/** Name of its simulator: also the first part of its paths, and `service` in `sandbox.faults`. */
	simulator: string;
	/** Every way to log in, the usual one first. Tests in the engine, the demo and the real hosts use the same data. */
	credentials(account: Account): CredentialData;
	/**
	 * The vendor's body of an error that says `said`, where it sends one with status 200. Leave it out when the vendor never does so.
	 * Fuzz: in place of an answer it must end in an error with these words. Secrets: `said` then repeats the key.
	 */
	refusal?(said: string): object;
	/** The field without which no answer is a success, e.g. `success`: an answer that lacks it must end in an error. */
	successField?: string;
	/** Headers, in lower case, that only an option of the node or a setting adds to a request. */
	optionalHeaders?: readonly string[];
	/** Answer headers in which the vendor writes texts, in lower case: secrets are looked for behind them. */
	tellingHeaders?: readonly string[];
	/** What was created just now can be read only after the next sync. */
	showsCreatedLate?: true;
	/** The service's own node. Leave it out where the ATS node is all there is. */
	node?: NodeEntry;
}

export interface NodeEntry {
	/** Its short type name, e.g. `kombo`. */
	name: string;
	sampleInputs?: SampleInputs;
	furtherCalls?: readonly FurtherCall[];
	lists?: readonly KeepsList[];
	/** A trigger of its own that polls. */
	pollTrigger?: { type: string; parameters: INodeParameters };
	/** A trigger of its own that is called. */
	webhook?: {
		type: string;
		parameters: INodeParameters;
		/** What the vendor sends. */
		event: object;
		/** Headers that prove the sender, and headers that are no secret. `secret(type, field)` is what the credential holds. */
		proof(body: string, secret: (type: string, field: string) => string): { proof: Record<string, string>; plain?: Record<string, string> };
	};
}

export interface ProviderEntry extends ServiceEntry {
	provider: Provider;
	/** Values for the ATS node with this provider, where neither the field's own list nor its placeholder gives one that works. */
	sampleInputs?: SampleInputs;
	/** Of the ATS node with this provider. */
	furtherCalls?: readonly FurtherCall[];
	/** Parameters of the ATS node and trigger with which this provider shows the sandbox's world as the others do. */
	settings?: INodeParameters;
	/** There is no word for an interview that was called off: lists leave it out. */
	hidesCancelled?: true;
	/** A rejection is a move here, into a stage of its own: where others show the stage that somebody was rejected in. */
	rejectionMoves?: boolean;
	/** Lists of the ATS node without personal data. */
	lists?: readonly KeepsList[];
	/** A call that reads, as a user types it into *API Request*; default: GET of the path that the node proposes. */
	readingCall?: INodeParameters;
	/** The ID under which this provider shows an application of the world; default: the world's own. */
	applicationId?(world: World, application: Application): string;
	/** For the shared contract of the trigger. Without `changes` in the provider: leave it out. */
	poll?: PollDeclaration;
	/** Events of changes that move no date at the vendor: the next poll may not see them, the full check does. When they come is not compared. */
	lateEvents?: readonly EventName[];
	/** For Check Connection: every misconfiguration that makes sense here. */
	misconfigured?: Partial<Record<Misconfiguration, Misconfigured>>;
	/** How the chaos run sees this provider, and its scenarios. Without `changes` in the provider: leave it out. */
	chaos?: ProviderChaos;
	demo: Demo;
}

/** What may be wrong with an account or a credential, beyond what is the same everywhere (a wrong key, a clock that is off, a proxy that answers). */
export type Misconfiguration = 'a right is missing' | 'the user is no admin' | 'the region or account is another one' | 'the date filter is ignored' | 'a status word is not known' | 'a model is switched off' | 'confidential jobs are hidden' | 'the rate is nearly used up';

export interface Misconfigured {
	/** Makes the simulated account so. */
	begin?(sandbox: Sandbox): unknown;
	/** Or the credential. */
	credential?: Record<string, string>;
	/** The check that finds it, and its words, evidence included: they lead to the right screen. */
	check: string;
	says: RegExp;
}

/** Other programs have made so many calls just now. */
export async function busy(sandbox: Sandbox, simulator: string, calls: number, url: string, headers: Record<string, string>): Promise<void> {
	for (let call = 0; call < calls; call++) await sandbox.inject({ method: 'GET', url: `${new URL(sandbox.urls[simulator] ?? '').pathname}${url}`, headers });
}

/** What the ATS Trigger does at this provider, as far as it can be counted. */
export interface PollDeclaration {
	/** Requests of a poll in which nothing happened, with nothing chosen in *Include*. */
	quietRequests: number;
	/** Rows of a page of the list of changes; leave it out where there are no pages. */
	pageSize?: number;
	/** Path of the requests that read the list of changes: they are refused on purpose. */
	list: string | RegExp;
	/** What a user types in place of the key to get in wrongly; default `{ apiKey: wrong }`. */
	wrongKey?(wrong: string): Record<string, string>;
	/** A stage is known by its name alone: with another name it is another stage. */
	stagesAreNames?: true;
	/** No call tells whether one application is still there: what two whole lists leave out counts as gone. */
	listsAlone?: true;
}

/** `npm run demo -- --provider <name>`: what the workflow does for each change that the trigger emits. */
export interface Demo {
	/** What it did, as a word that takes an s: `note`. */
	done: string;
	/** The request by which the sandbox sees it, `METHOD path` without the simulator's name. */
	call: RegExp;
	/** Parameters of the ATS node. Default: Application, Add Note. `null`: the example's own node, as it is in the example. */
	step?: INodeParameters | null;
	/** The trigger makes such requests too, so there may be more of them than items. */
	alsoByTrigger?: boolean;
	/** Applications at the start; default 2,000. */
	applications?: number;
}

/** Made once for each world: a state follows its world to the end. */
export function perWorld<T>(make: (world: World) => T): (world: World) => T {
	const known = new WeakMap<World, T>();
	return (world) => {
		const made = known.get(world) ?? make(world);
		known.set(world, made);
		return made;
	};
}

/** A resource locator with a typed value, in a workflow. */
export const idOf = (value: string): NodeParameterValueType => ({ __rl: true, mode: 'id', value });
