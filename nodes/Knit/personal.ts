/**
 * Output fields that tell who somebody is: names of Knit's models (https://developers.getknit.dev/reference/application-data-models)
 * and of the simplified rows. The answer of a passthrough has the names of its ATS, so it goes whole.
 */
export const personal = [
	'firstName', 'lastName', 'email', 'emails', 'phone', 'phones', 'phoneNumber', 'links',
	'candidate.location', 'info.location', 'presentAddress', 'workAddress', 'permanentAddress',
	'interviews.subject', 'interviews.location', 'questionResponses', 'answers', 'customFields', 'userMappedFields', 'metaData',
	'source', 'rejection.text', 'rejectionReason',
	'attachments.name', 'attachments.link', 'attachmentContent',
	'candidate.company', 'candidate.title', 'info.company', 'candidate.info.title',
	'passthrough.body',
];
