import validateLinks from 'remark-validate-links';

/** Dead links in Markdown, within the repository: `npm run lint`. */
export default { plugins: [[validateLinks, { repository: false }]] };
