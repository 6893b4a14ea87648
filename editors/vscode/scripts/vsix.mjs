// The form of a .vsix: a zip of an extension's files, a manifest, and the types of what is in it.
//
// The usual tool for this brings 280 packages, some of them under licences that are not free; what it does for an
// extension without images and native parts is this.

import { extname } from "node:path";

import { strToU8, zipSync } from "fflate";

const TYPES = {
  ".js": "application/javascript",
  ".json": "application/json",
  ".md": "text/markdown",
  ".txt": "text/plain",
  ".vsixmanifest": "text/xml",
};

/** The files that have a place of their own where extensions are shown. */
const ASSETS = {
  "extension/README.md": "Services.Content.Details",
  "extension/CHANGELOG.md": "Services.Content.Changelog",
  "extension/LICENSE-MIT.txt": "Services.Content.License",
};

/** The bytes of a package of an extension, whose files are given by their paths in it (`extension/…`). */
export function pack(manifest, files) {
  const content = {
    ...files,
    "extension/package.json": strToU8(JSON.stringify(manifest, null, 2)),
    "extension.vsixmanifest": strToU8(description(manifest, Object.keys(files))),
  };
  content["[Content_Types].xml"] = strToU8(contentTypes(content));
  // The same files make the same package, whenever it is made.
  return zipSync(content, { level: 9, mtime: new Date(1980, 0, 1) });
}

function contentTypes(content) {
  const defaults = Object.entries(TYPES).map(
    ([extension, type]) => `<Default Extension="${extension}" ContentType="${type}"/>`,
  );
  const used = Object.keys(content).map((file) => extname(file));
  const unknown = used.find((extension) => extension !== ".xml" && !(extension in TYPES));
  if (unknown !== undefined) {
    throw new Error(`no content type is known for ${unknown}`);
  }
  return `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${defaults.join("")}</Types>
`;
}

function description(of, files) {
  const assets = Object.entries({ "extension/package.json": "Code.Manifest", ...ASSETS })
    .filter(([path]) => path === "extension/package.json" || files.includes(path))
    .map(
      ([path, type]) => `<Asset Type="Microsoft.VisualStudio.${type}" Path="${path}" Addressable="true"/>`,
    );
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${xml(of.name)}" Version="${xml(of.version)}" Publisher="${xml(of.publisher)}"/>
    <DisplayName>${xml(of.displayName)}</DisplayName>
    <Description xml:space="preserve">${xml(of.description)}</Description>
    <Tags>${xml((of.keywords ?? []).join(","))}</Tags>
    <Categories>${xml((of.categories ?? []).join(","))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${xml(of.engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="${xml(of.extensionKind.join(","))}"/>
    </Properties>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
    ${assets.join("\n    ")}
  </Assets>
</PackageManifest>
`;
}

function xml(text) {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}
