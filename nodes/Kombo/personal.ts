/**
 * Output fields that tell who somebody is: names of Kombo's OpenAPI document (https://api.kombo.dev/openapi.json) and of
 * the simplified rows. `results` is what API Request gives: there, rather too much goes than too little.
 */
export const personal = [
	'first_name', 'last_name', 'username', 'gender', 'interview.candidate', 'offer.candidate', 'interviewers', 'team',
	'email', 'email_address', 'email_addresses', 'additional_email_addresses', 'end_user_email', 'creator_email',
	'phone', 'phone_number', 'phone_numbers', 'additional_phone_numbers',
	'social_media', 'social_links', 'url', 'remote_url', 'source', 'rejection_reason', 'rejection_reason_name',
	'candidate.location', 'candidate.city', 'candidate.country', 'results.location',
	'interview.title', 'interviews.title', 'results.title', 'interview.location', 'interviews.location', 'video_conferencing_url',
	'content', 'content_html', 'note.title', 'responses', 'cover_letter_text', 'screening_question_answers', 'custom_fields', 'integration_fields', 'remote_data',
	'file_name', 'attachment.name', 'attachments.name', 'results.name', 'data_url', 'content_ref',
	'candidate.company', 'candidate.title', 'warnings',
	'passthrough.data',
];
