import type { INodeProperties, IPollFunctions } from 'n8n-workflow';

import { choice, choices, collection, number, toggle, dropdowns, when, type Field, type Values } from '../../lib/action/field';
import type { Row } from '../../lib/action/operation';
import { kitFields } from '../../lib/action/properties';
import { settingsReader } from '../../lib/action/settings';
import { DEFAULT_OPTIONS, type PollOptions } from '../../lib/ats/changes/options';
import { EVENTS, MODELS, MODEL_KEYS, type ApplicationChanges, type ChangeEvent, type EventName, type ModelKey } from '../../lib/ats/model';
import type { Context, Provider } from '../../lib/ats/provider';
import type { Source } from '../../lib/ats/source';
import { FieldError } from '../../lib/errors';
import { lazily } from '../../lib/lazily';
import { messageOf } from '../../lib/poll/failures';
import { accountKey, row } from './api';
import { readTitles, rememberedTitles, withJobTitle } from './jobTitles';
import { simpleChanges, simpleEvent } from './simplify';
import { loadJobs, loadStageNames } from './lookups';
import { provider, providerSettings } from './fields';
import { logInFields, polled, providerNamed, providersWith } from './providers';

/** In the order of the action node's list. */
const offered = (provider.property.options ?? []).filter((option) => 'value' in option && polled.some(({ name }) => name === option.value));
const compared = providersWith(({ capabilities }) => capabilities.events['application.updated'] !== undefined);
const ALL = '*';

/** "application.stage_changed" as people read it. */
function eventLabel(event: string): string {
	const [subject = '', what = ''] = event.split('.');
	const words = `${subject} ${what.replace(/_/g, ' ')}`.split(' ');
	return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

export const optionsField = collection('options', {
	displayName: 'Options',
	addLabel: 'Add Option',
	fields: [
		number('fullCheckHours', { displayName: 'Full Check Every (Hours)', default: DEFAULT_OPTIONS.fullCheckHours, min: 0, max: 720, integer: true, description: 'How often to read all applications, to find what the regular reads could not see (0 = never)' }),
		toggle('includeRaw', { displayName: 'Include Raw', description: "Whether to put the provider's own record into application.raw" }),
		...providerSettings,
		number('cap', { displayName: 'Max Events per Poll', default: DEFAULT_OPTIONS.cap, min: 1, max: 100_000, integer: true, description: 'The rest comes with the next poll' }),
		number('maxStateKb', { displayName: 'Memory Limit (KB)', min: 16, max: 4_096, integer: true, description: 'How much the trigger may remember. 1,300 by default; 256 on n8n 1.x, which copies it into every execution.' }),
		number('overlapMinutes', { displayName: 'Overlap (Minutes)', default: DEFAULT_OPTIONS.overlapMinutes, min: 0, max: 1_440, integer: true, description: 'How far each read goes back before the last one, for records that become visible late. More is taken when more is measured.' }),
		kitFields.reportFailures,
	],
});

const fields = [
	{ ...provider, property: { ...provider.property, options: offered } },
	...logInFields,
	choices('events', {
		displayName: 'Events',
		description: 'What starts the workflow. The list shows what the chosen provider can emit.',
		options: [
			{ name: 'All', value: ALL, action: 'On any change of an application' },
			...EVENTS.map((event) => ({
				name: eventLabel(event),
				value: event,
				displayOptions: { show: { provider: providersWith(({ capabilities }) => capabilities.events[event] !== undefined) } },
			})),
		],
		default: [ALL],
	}),
	when(
		choices('models', {
			displayName: 'Include',
			description: 'Which parts of the application to put out. Empty: all that come without extra calls.',
			options: MODELS.map(({ key, label }) => ({
				name: label,
				value: key,
				displayOptions: { show: { provider: providersWith(({ capabilities }) => capabilities.models[key] !== undefined) } },
			})),
		}),
		{ provider: compared },
	),
	when(
		choice('firstRun', {
			displayName: 'On Activation',
			description: 'What to emit of the time before the workflow was switched on',
			options: [
				{ name: 'Only New Changes', value: 'silent', description: 'Only what changes from now on' },
				{ name: 'Also the Last Days', value: 'lookBack', description: 'Applications created in the last days count as new' },
				{ name: 'All Applications', value: 'everything', description: 'Every application counts as new, which may be thousands of items' },
			],
		}),
		{ provider: compared },
	),
	when(number('lookBackDays', { displayName: 'Days to Look Back', description: 'Applications created in so many days before the first read count as new', default: 7, min: 1, max: 365, integer: true }), { firstRun: ['lookBack'] }),
	when(
		collection('filters', {
			displayName: 'Filters',
			addLabel: 'Add Filter',
			description: 'Filters decide what comes out, not what is remembered. You can change them at any time.',
			fields: [
				dropdowns('jobIds', { displayName: 'Jobs', load: loadJobs, description: 'Only applications for these jobs. Choose from the list, or give IDs with an expression.' }),
				dropdowns('stages', { displayName: 'Stages', load: loadStageNames, description: 'Only changes out of or into these stages. Choose from the list, or give names or IDs with an <a href="https://docs.n8n.io/code/expressions/">expression</a>.' }),
			],
		}),
		{ provider: compared },
	),
	toggle('simplify', { displayName: 'Simplify', default: true, description: 'Whether to return a simplified version of the response instead of the raw data' }),
	choice('output', {
		displayName: 'Output',
		description: 'What one item stands for',
		options: [
			{ name: 'One Item per Event', value: 'perEvent' },
			{ name: 'One Item per Application', value: 'perApplication', description: 'With all its events in a list' },
		],
	}),
	optionsField,
] as const satisfies readonly Field[];


/** A notice per provider: how fresh its events are, before anybody relies on them. */
const freshness: INodeProperties[] = polled.map(({ name, capabilities }) => ({
	displayName: `${capabilities.freshness}.`,
	name: `${name}Freshness`,
	type: 'notice',
	default: '',
	displayOptions: { show: { provider: [name] } },
}));

/** n8n's list of triggers names all events, whatever the provider, and the editor keeps one that it does not offer. */
const notEmitted: INodeProperties[] = EVENTS.map((event) => ({
	displayName: `${eventLabel(event)}: the chosen provider cannot emit this. ${emitters(event).join(', ')} can. Take the event out, or choose another provider.`,
	name: 'notEmitted',
	type: 'notice',
	default: '',
	displayOptions: { show: { events: [event] }, hide: { provider: providersWith(({ capabilities }) => capabilities.events[event] !== undefined) } },
}));

function emitters(event: EventName): string[] {
	const able = providersWith(({ capabilities }) => capabilities.events[event] !== undefined);
	return offered.flatMap((option) => ('value' in option && able.includes(String(option.value)) ? [option.name] : []));
}

/** What stands under the node on the canvas: the provider, and what starts the workflow, in words. */
export const triggerSubtitle = `={{ ${JSON.stringify(Object.fromEntries(polled.map(({ name, label }) => [name, label])))}[$parameter["provider"]] + ": " + $parameter["events"].map((event) => event === "${ALL}" ? "any event" : event.replace(/[._]/g, " ")).join(", ") }}`;

const behind: Partial<Record<string, INodeProperties[]>> = { provider: freshness, events: notEmitted };

export const triggerProperties: INodeProperties[] = fields.flatMap((field) => [{ ...field.property, name: field.name }, ...(behind[field.name] ?? [])]);

export type TriggerSettings = Values<typeof fields>;

export const settingsOf = lazily(() => settingsReader(fields));

/** Empty: all. A trigger that nothing can start must not look as if it worked. */
function wantedEvents({ provider: name, events }: TriggerSettings): EventName[] {
	const chosen = events.filter((event) => event !== ALL);
	if (events.includes(ALL) || chosen.length === 0) return [];
	const { label, capabilities } = providerNamed(name);
	if (chosen.some((event) => capabilities.events[event] !== undefined)) return chosen;
	const able = [...new Set(chosen.flatMap(emitters))];
	throw new FieldError(`${label} cannot emit ${chosen.map((event) => `"${eventLabel(event)}"`).join(', ')}`, `Choose other events, or another provider: ${able.join(', ')} can.`);
}

export function pollOptions(settings: TriggerSettings): PollOptions {
	const { firstRun, lookBackDays, filters, output, options } = settings;
	const fullCheckHours = options.fullCheckHours ?? providerNamed(settings.provider).capabilities.fullCheckHours;
	return {
		...DEFAULT_OPTIONS,
		events: wantedEvents(settings),
		models: wantedModels(settings),
		jobIds: filters?.jobIds ?? [],
		stages: filters?.stages ?? [],
		firstRun: firstRun === 'lookBack' ? { mode: 'lookBack', days: lookBackDays ?? 7 } : { mode: firstRun ?? 'silent' },
		output,
		...(options.cap === undefined ? {} : { cap: options.cap }),
		...(fullCheckHours === undefined ? {} : { fullCheckHours }),
		...(options.overlapMinutes === undefined ? {} : { overlapMinutes: options.overlapMinutes }),
		...(options.reportFailures === undefined ? {} : { reportFailures: options.reportFailures }),
		...(options.maxStateKb === undefined ? {} : { maxStateBytes: options.maxStateKb * 1024 }),
	};
}

/** What comes without extra calls. */
function freeModels({ provider: name }: TriggerSettings): readonly ModelKey[] {
	return providerNamed(name).capabilities.withoutExtraCalls ?? MODEL_KEYS;
}

/** What has to be read for an event that somebody asked for by its name. */
const BEHIND: Partial<Record<string, ModelKey>> = { interview: 'interviews', offer: 'offers', attachment: 'attachments' };

/** Empty: nothing is chosen, and no chosen event needs more than what comes without extra calls. */
function wantedModels(settings: TriggerSettings): ModelKey[] {
	const chosen = settings.models ?? [];
	const needed = settings.events.flatMap((event) => BEHIND[event.split('.', 1)[0] ?? ''] ?? []);
	const free = freeModels(settings);
	if (chosen.length === 0 && needed.every((model) => free.includes(model))) return [];
	return [...new Set([...(chosen.length > 0 ? chosen : free), ...needed])];
}

/** The provider's source for one poll. */
export async function openSource(context: IPollFunctions, { changes, label }: Provider, settings: TriggerSettings, call: Context<Record<string, unknown>>): Promise<Source> {
	if (!changes) throw new FieldError(`${label} cannot be polled`, 'Choose another provider.');
	const { filters, options } = settings;
	const wanted = wantedModels(settings);
	return await changes(context, { models: wanted.length > 0 ? wanted : freeModels(settings), jobIds: filters?.jobIds ?? [], raw: options.includeRaw === true }, call);
}

type Emitted = ChangeEvent | ApplicationChanges;

/** What goes out: with the titles of jobs, and flat where the user wants it so. */
export async function itemsOf(context: IPollFunctions, provider: Provider, call: Context<Record<string, unknown>>, { simplify }: TriggerSettings, emitted: readonly Emitted[]): Promise<Row[]> {
	const jobs = emitted.flatMap(({ application }) => (application?.info && application.info.jobId !== null && typeof application.info.job?.title !== 'string' ? [application.info.jobId] : []));
	const titles = jobs.length === 0 ? new Map<string, string>() : await titlesOf(context, provider, call, jobs);
	return emitted.map((one) => {
		const named = one.application ? { ...one, application: withJobTitle(one.application, titles) } : one;
		if (!simplify) return row(named);
		return 'event' in named ? simpleEvent(named) : simpleChanges(named);
	});
}

/** Events must not be lost for want of a title. */
async function titlesOf(context: IPollFunctions, provider: Provider, call: Context<Record<string, unknown>>, jobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
	try {
		return await rememberedTitles(await accountKey(context, provider, call), jobs, async () => await readTitles(await provider.operations(context, call)));
	} catch (error) {
		context.logger.warn(`The titles of jobs could not be read: ${messageOf(error)}`);
		return new Map();
	}
}
