/**
 * Output fields that tell who somebody is: names of the unified model, see docs/unified-model.md. A provider's own record
 * goes whole, and so does the ID of a file, which may hold its name.
 */
export const personal = [
	'candidate.name', 'user.name', 'owner.name', 'creditedTo.name', 'interviewers.name', 'creator.name', 'hiringManagers.name', 'recruiters.name', 'customFields',
	'firstName', 'lastName', 'candidateName', 'candidateEmail', 'candidatePhone', 'email', 'emails', 'phone', 'phones', 'phoneNumber', 'links', 'candidate.location',
	'interview.subject', 'interviews.subject', 'interview.location', 'interviews.location', 'mail', 'mailbox',
	'candidate.title', 'candidate.company',
	'source', 'rejection.text', 'rejectionReason',
	'attachments.id', 'attachments.name', 'attachments.link', 'attachmentContent',
	'raw',
];
