/**
 * Output fields that tell who somebody is: the documented attributes of candidates, what a message may hold (its schema is
 * not documented), and both in the spelling of the unified dialect. Attributes of a set-up's own are not known.
 * https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (example datapoints)
 */
export const personal = [
	'first-name', 'middle-name', 'last-name', 'first_name', 'middle_name', 'last_name', 'candidate.name', 'user.name', 'attributes.name', 'initials', 'birthday', 'gender',
	'email', 'emails', 'phone', 'phone-number', 'phone_number', 'phone_numbers', 'addresses', 'websites',
	'picture', 'photo_url', 'linkedin-uid', 'linkedin-url', 'linkedin-profile', 'facebook-id', 'facebook-profile', 'social_links', 'referring-url',
	'pitch', 'headline', 'cover_letter', 'custom_fields', 'change.data', 'attributes.data',
	'body', 'html', 'subject', 'text', 'message.content', 'message.from', 'message.to',
	'source', 'referring-site', 'url', 'remote_url',
	'resume', 'original-resume', 'cv_url', 'fileName',
	'_raw', 'raw',
];
