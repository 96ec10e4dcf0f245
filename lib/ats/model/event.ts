import { z } from 'zod/v4';
import { applicationSchema } from './application';
import { lazily } from '../../lazily';
import { text, time } from './parts';

/** What the trigger can emit, in the order in which several events of one step are emitted. */
export const EVENTS = [
	'application.created',
	'application.stage_changed',
	'application.rejected',
	'application.hired',
	'application.reactivated',
	'application.updated',
	'application.deleted',
	'interview.scheduled',
	'interview.rescheduled',
	'interview.completed',
	'interview.cancelled',
	'offer.created',
	'offer.status_changed',
	'attachment.added',
	'activity.recorded',
] as const;

export type EventName = (typeof EVENTS)[number];

export const changeSchema = lazily(() =>
	z.object({
		path: z.string().describe('What changed, such as currentStage or interviews[42].scheduledStart. "*": something that is no longer remembered in detail'),
		from: z.unknown().optional().describe('What it was. Left out where that is not known; null is a value'),
		to: z.unknown().optional().describe('What it is now'),
	}).describe('One difference'),
);

export const eventSchema = lazily(() =>
	z.object({
		event: z.enum(EVENTS).describe('What happened'),
		eventId: z.string().describe('Id of this event. The same event never has two'),
		occurredAt: time('When it happened by the provider, null where it does not say'),
		detectedAt: z.string().describe('When this trigger saw it. ISO-8601 in UTC'),
		provider: z.string().describe('Which provider it comes from, such as kombo'),
		applicationId: text('Id of the application'),
		changes: z.array(changeSchema()).describe('What changed, with what it was and what it is'),
		application: applicationSchema().nullable().describe('The application as it is now. Null: it is gone'),
		previousKnown: z.boolean().optional().describe('False: an application that was not remembered, so what changed is unknown'),
		foundBy: z.enum(['window', 'full']).optional().describe('Which read found it: the regular one or the full check'),
		activity: z.unknown().optional().describe('The entry of the activity feed (activity.recorded only)'),
		example: z.boolean().optional().describe('True for the examples that Test shows'),
	}).describe('A change of an application'),
);

/** One application with everything that happened to it in this poll (output "one item per application"). */
export const applicationChangesSchema = lazily(() =>
	z.object({
		provider: z.string(),
		applicationId: text('Id of the application'),
		detectedAt: z.string().describe('When this trigger saw it. ISO-8601 in UTC'),
		events: z.array(eventSchema().omit({ application: true, provider: true, applicationId: true, detectedAt: true })).describe('What happened, in order'),
		application: applicationSchema().nullable(),
	}),
);

export type Change = z.infer<ReturnType<typeof changeSchema>>;
export type ChangeEvent = z.infer<ReturnType<typeof eventSchema>>;
export type ApplicationChanges = z.infer<ReturnType<typeof applicationChangesSchema>>;
