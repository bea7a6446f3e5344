// Everything here is an improvement of a page that already works without it.

import { createAll, initAll as initGovuk } from "govuk-frontend";
import { FilterToggleButton, MultiFileUpload, initAll as initMoj } from "@ministryofjustice/frontend";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

initGovuk();
initMoj();
createAll(FilterToggleButton);
createAll(MultiFileUpload);

// A read-only field with an address or a text, and a button to copy it.
for (const element of document.querySelectorAll('[data-module="app-copy-link"]')) {
  const field = element.querySelector("input, textarea");
  const button = element.querySelector("button");
  const status = element.querySelector("[role=status]");

  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = "Copied";
    } catch {
      // No permission, or not a secure address: the text is selected, ready for the keyboard.
      status.textContent = "Selected: press Ctrl and C to copy";
    }
  });
}

// Folded details are printed unfolded, and folded again after it.
const unfolded = new Set();
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    details.open = true;
    unfolded.add(details);
  }
});
window.addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
  unfolded.clear();
});
