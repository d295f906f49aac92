/**
 * The sentence for a Node that cannot run TypeScript files as they are, or null for one that can.
 * Type stripping is on by default from 22.18 and, among the releases numbered 23, from 23.6.
 * @param {string} version like `20.20.2`, as in `process.versions.node`
 * @returns {string | null}
 */
export function refuseOldNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
  if (isNewEnough) return null;
  return `Verbatim needs Node 22.18 or newer and this is Node ${version}: start it with \`npm start\` or \`npm run verbatim -- <command>\`, which bring their own Node, or install Node 24.`;
}
