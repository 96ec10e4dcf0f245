/**
 * Output fields that tell who somebody is: names of Flatchr's answers (https://developers.flatchr.io/en/docs) and of the
 * simplified rows. `key` holds the name of a CV's file. In API Request, rather too much goes than too little.
 */
export const personal = [
	'firstname', 'lastname', 'message.author',
	'email', 'candidate_email', 'phone', 'urls', 'candidate.address', 'contact_information',
	'mail', 'subject', 'message.text', 'comment.text', 'comment', 'comments', 'summary', 'additionals', 'task.description', 'apiRequest.text', 'apiRequest.description',
	'source',
	'cv', 'aws', 'key', 'attachments.name', 'attachments.url',
];
