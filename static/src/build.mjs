// Builds static/build: one stylesheet with the pictures it names, and the scripts it is enhanced by.
// `npm run build`; add `-- --watch` while working on the styles.

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, watch, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const target = resolve(root, "static/build");
const packages = resolve(root, "node_modules");
const govuk = join(packages, "govuk-frontend/dist/govuk");
const moj = join(packages, "@ministryofjustice/frontend/moj");

// Each library's version stands in the name of its copy, so that a browser never keeps an old one beside a new app.js.
const libraries = [
  { name: "govuk-frontend", file: join(govuk, "govuk-frontend.min.js"), copy: "govuk-frontend" },
  { name: "@ministryofjustice/frontend", file: join(moj, "moj-frontend.min.js"), copy: "moj-frontend" },
];

function addStyles(files) {
  const { css } = compile(join(here, "app.scss"), {
    loadPaths: [root],
    style: "compressed",
    quietDeps: true,
    silenceDeprecations: ["import"],
    logger: {
      // What the libraries say to their own authors is left out; what our own files cause is shown.
      warn: (message, { stack = "" }) => stack.startsWith("node_modules/") || console.warn(message, stack),
    },
  });
  files.set("app.css", css);

  for (const [, name] of css.matchAll(/url\(["']?assets\/images\/([^"')]+)["']?\)/g)) {
    const picture = [join(moj, "assets/images", name), join(govuk, "assets/images", name)].find(existsSync);
    if (!picture) throw new Error(`app.css names a picture that no package has: ${name}`);
    files.set(`assets/images/${name}`, readFileSync(picture));
  }
}

function addScripts(files) {
  let app = readFileSync(join(here, "app.js"), "utf8");
  for (const { name, file, copy } of libraries) {
    const { version } = JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8"));
    const code = readFileSync(file, "utf8").replace(/\/\/# sourceMappingURL=\S+\s*$/, "");
    files.set(`${copy}-${version}.js`, code);
    app = app.replace(`from "${name}"`, `from "./${copy}-${version}.js"`);
  }
  files.set("app.js", app);
}

function build() {
  const started = Date.now();
  const files = new Map();
  addStyles(files);
  addScripts(files);

  // New files over old ones, then away with the rest: a server that is running never misses one.
  for (const [name, content] of files) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    writeFileSync(join(target, name), content);
  }
  for (const name of readdirSync(target, { recursive: true })) {
    const path = join(target, name);
    if (statSync(path).isFile() && !files.has(relative(target, path))) rmSync(path);
  }
  console.log(`static/build: ${Math.round(files.get("app.css").length / 1024)} KiB of styles, ${Date.now() - started} ms`);
}

build();

if (process.argv.includes("--watch")) {
  let waiting;
  watch(here, () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      try {
        build();
      } catch (error) {
        console.error(error.message);
      }
    }, 100);
  });
}
