import type { INodeProperties, IPollFunctions } from 'n8n-workflow';

import { choice, choices, collection, number, toggle, dropdowns, when, type Field, type Values } from '../../lib/action/field';
import { readParameters } from '../../lib/action/parameters';
import { kitFields } from '../../lib/action/properties';
import { DEFAULT_OPTIONS, type PollOptions } from '../../lib/ats/changes/options';
import { EVENTS, MODELS, MODEL_KEYS, type EventName } from '../../lib/ats/model';
import { FieldError } from '../../lib/errors';
import { loadJobs, loadStages } from './lookups';
import { archivedAsRejected, integrationId, provider } from './fields';
import { polled, providerNamed, providersWith } from './providers';

const compared = providersWith(({ capabilities }) => capabilities.events['application.updated'] !== undefined);
const ALL = '*';

/** "application.stage_changed" as people read it. */
function eventLabel(event: string): string {
	const [subject = '', what = ''] = event.split('.');
	const words = `${subject} ${what.replace(/_/g, ' ')}`.split(' ');
	return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

const fields = [
	{ ...provider, property: { ...provider.property, options: polled.map(({ name, label }) => ({ name: label, value: name })) } },
	integrationId,
	choices('events', {
		displayName: 'Events',
		description: 'What starts the workflow. Only what the provider can tell is offered.',
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
			displayName: 'Models',
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
			displayName: 'First Run',
			description: 'What to tell of the time before the workflow was switched on',
			options: [
				{ name: 'Tell Nothing', value: 'silent', description: 'Only what changes from now on' },
				{ name: 'Look Back', value: 'lookBack', description: 'Applications created in the last days count as new' },
				{ name: 'Tell Everything', value: 'everything', description: 'Every application counts as new, which may be thousands of items' },
			],
		}),
		{ provider: compared },
	),
	when(number('lookBackDays', { displayName: 'Days to Look Back', description: 'Applications created in so many days before the first read count as new', default: 7, min: 1, max: 365, integer: true }), { firstRun: ['lookBack'] }),
	when(
		collection('filters', {
			displayName: 'Filters',
			addLabel: 'Add Filter',
			description: 'What is told, not what is remembered: a filter can be changed at any time',
			fields: [
				dropdowns('jobIds', { displayName: 'Jobs', load: loadJobs, description: 'Only applications for these jobs. Choose from the list, or give IDs with an expression.' }),
				dropdowns('stageIds', { displayName: 'Stages', load: loadStages, description: 'Only changes out of or into these stages. Choose from the list, or give IDs with an expression.' }),
			],
		}),
		{ provider: compared },
	),
	choice('output', {
		displayName: 'Output',
		description: 'What an item is',
		options: [
			{ name: 'One Item per Event', value: 'perEvent' },
			{ name: 'One Item per Application', value: 'perApplication', description: 'With all its events in a list' },
		],
	}),
	collection('options', {
		displayName: 'Options',
		addLabel: 'Add Option',
		fields: [
			number('fullCheckHours', { displayName: 'Full Check Every (Hours)', default: DEFAULT_OPTIONS.fullCheckHours, min: 0, max: 720, integer: true, description: 'How often to read all applications, to find what the regular reads could not see (0 = never)' }),
			toggle('includeRaw', { displayName: 'Include Raw', description: "Whether to put the provider's own record into application.raw" }),
			archivedAsRejected,
			number('cap', { displayName: 'Max Events per Poll', default: DEFAULT_OPTIONS.cap, min: 1, max: 100_000, integer: true, description: 'The rest comes with the next poll' }),
			number('maxStateKb', { displayName: 'Memory Limit (KB)', min: 16, max: 4_096, integer: true, description: 'How much the trigger may remember. 1,300 by default; 256 on n8n 1.x, which copies it into every execution.' }),
			number('overlapMinutes', { displayName: 'Overlap (Minutes)', default: DEFAULT_OPTIONS.overlapMinutes, min: 0, max: 1_440, integer: true, description: 'How far each read goes back before the last one, for records that become visible late. More is taken when more is measured.' }),
			kitFields.reportFailures,
		],
	}),
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
const untold: INodeProperties[] = EVENTS.map((event) => ({
	displayName: `${eventLabel(event)}: the chosen provider cannot tell this, ${tellers(event).join(', ')} can. Take the event out, or choose another provider.`,
	name: 'notTold',
	type: 'notice',
	default: '',
	displayOptions: { show: { events: [event] }, hide: { provider: providersWith(({ capabilities }) => capabilities.events[event] !== undefined) } },
}));

function tellers(event: EventName): string[] {
	return polled.filter(({ capabilities }) => capabilities.events[event] !== undefined).map(({ label }) => label);
}

const behind: Partial<Record<string, INodeProperties[]>> = { provider: freshness, events: untold };

export const triggerProperties: INodeProperties[] = fields.flatMap((field) => [{ ...field.property, name: field.name }, ...(behind[field.name] ?? [])]);

export type TriggerSettings = Values<typeof fields>;

export function readSettings(context: IPollFunctions): TriggerSettings {
	const { parameters } = context.getNode();
	return readParameters(fields, parameters, (name) => context.getNodeParameter(name, null));
}

/** Empty: all. A trigger that nothing can start must not look as if it worked. */
function wantedEvents({ provider: name, events }: TriggerSettings): EventName[] {
	const chosen = events.filter((event) => event !== ALL);
	if (events.includes(ALL) || chosen.length === 0) return [];
	const { label, capabilities } = providerNamed(name);
	if (chosen.some((event) => capabilities.events[event] !== undefined)) return chosen;
	const able = [...new Set(chosen.flatMap(tellers))];
	throw new FieldError(`${label} cannot tell ${chosen.map((event) => `"${eventLabel(event)}"`).join(', ')}`, `Choose other events, or another provider: ${able.join(', ')} can.`);
}

export function pollOptions(settings: TriggerSettings): PollOptions {
	const { models, firstRun, lookBackDays, filters, output, options } = settings;
	return {
		...DEFAULT_OPTIONS,
		events: wantedEvents(settings),
		models: models ?? [],
		jobIds: filters?.jobIds ?? [],
		stageIds: filters?.stageIds ?? [],
		firstRun: firstRun === 'lookBack' ? { mode: 'lookBack', days: lookBackDays ?? 7 } : { mode: firstRun ?? 'silent' },
		output,
		...(options.cap === undefined ? {} : { cap: options.cap }),
		...(options.fullCheckHours === undefined ? {} : { fullCheckHours: options.fullCheckHours }),
		...(options.overlapMinutes === undefined ? {} : { overlapMinutes: options.overlapMinutes }),
		...(options.reportFailures === undefined ? {} : { reportFailures: options.reportFailures }),
		...(options.maxStateKb === undefined ? {} : { maxStateBytes: options.maxStateKb * 1024 }),
	};
}

export function selectionOf({ models, filters, options }: TriggerSettings) {
	return { models: models && models.length > 0 ? models : MODEL_KEYS, jobIds: filters?.jobIds ?? [], raw: options.includeRaw === true };
}
