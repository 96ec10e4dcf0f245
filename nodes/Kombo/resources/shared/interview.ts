import { choice, dateTime, dropdowns, locator, text, type Values } from '../../../../lib/action/field';
import { loadUsers, searchUsers } from '../../lookups';

/** Closed beta. https://docs.kombo.dev/ats/v1/post-applications-application-id-interviews */
export const interviewFields = [
	text('title', { displayName: 'Title', description: 'What the invitation is called', required: true, placeholder: 'Technical interview' }),
	dateTime('startTime', { displayName: 'Start', description: 'When it begins', required: true }),
	dateTime('endTime', { displayName: 'End', description: 'When it ends', required: true }),
	locator('organizerUserId', { displayName: 'Organizer', search: searchUsers, description: 'A user of the ATS' }),
	dropdowns('interviewerUserIds', { displayName: 'Interviewers', load: loadUsers, description: 'Users of the ATS. Choose from the list, or give IDs with an expression.' }),
	choice('locationType', {
		displayName: 'Location',
		description: 'Where it takes place',
		options: [
			{ name: 'Virtual', value: 'VIRTUAL' },
			{ name: 'Physical', value: 'PHYSICAL' },
		],
	}),
	text('address', { displayName: 'Address', placeholder: 'https://meet.example.com/abc', description: 'Street address or meeting link' }),
] as const;

export function interviewBody(p: Values<typeof interviewFields>) {
	return {
		title: p.title,
		start_time: p.startTime,
		end_time: p.endTime,
		interviewer_user_ids: p.interviewerUserIds,
		organizer_user_id: p.organizerUserId,
		location: { type: p.locationType, address: p.address },
	};
}
