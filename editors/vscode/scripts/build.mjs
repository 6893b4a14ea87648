// Bundles the extension into dist/extension.js, and writes down whose code went into it, under which licence.

import { readFile, rm, writeFile } from "node:fs/promises";

import { build } from "esbuild";

const LICENCES = ["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"];

await rm("dist", { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  minify: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  legalComments: "none",
  metafile: true,
});
await writeFile("dist/THIRD-PARTY.txt", await notices(packages(Object.keys(metafile.inputs))));

/** The folders of the packages that files belong to. */
function packages(files) {
  const folders = files.map((file) => file.match(/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/** What the licences of packages want to be told to whoever gets the bundle. */
async function notices(folders) {
  const texts = folders.map(async (folder) => {
    const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
    if (!LICENCES.includes(license)) {
      throw new Error(`${name} is under ${license}, which is not among ${LICENCES.join(", ")}`);
    }
    return `${name} ${version} (${license})\n\n${(await licenceText(folder)).trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`);
}

async function licenceText(folder) {
  for (const name of ["LICENSE", "LICENSE.txt", "LICENSE.md", "License.txt", "LICENCE"]) {
    try {
      return await readFile(`${folder}/${name}`, "utf8");
    } catch (error) {
      if (error.code !== "ENOENT") {
        throw error;
      }
    }
  }
  throw new Error(`${folder} has no licence text`);
}
