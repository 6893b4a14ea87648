// Packs the extension into confiture-VERSION.vsix.

import { readdir, readFile, writeFile } from "node:fs/promises";

import { pack } from "./vsix.mjs";

/** What goes into the package, from this folder. */
const FILES = ["package.json", "README.md", "CHANGELOG.md", "dist", "walkthrough"];
/** What goes into it from the root of the repository. */
const LICENCES = ["LICENSE-MIT", "LICENSE-APACHE"];

const own = JSON.parse(await readFile("package.json", "utf8"));
const content = {};
for (const file of (await Promise.all(FILES.map(filesOf))).flat()) {
  content[`extension/${file}`] = await readFile(file);
}
for (const licence of LICENCES) {
  content[`extension/${licence}.txt`] = await readFile(`../../${licence}`);
}

const target = `${own.name}-${own.version}.vsix`;
await writeFile(target, pack(published(own), content));
console.log(target);

async function filesOf(path) {
  try {
    const names = await readdir(path);
    return (await Promise.all(names.sort().map((name) => filesOf(`${path}/${name}`)))).flat();
  } catch (error) {
    if (error.code === "ENOTDIR") {
      return [path];
    }
    throw error;
  }
}

/** The manifest without what is of use in this folder only. */
function published({ scripts, devDependencies, private: _, ...rest }) {
  return rest;
}
