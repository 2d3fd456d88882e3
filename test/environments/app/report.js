/** Where the browser's driver looks for the page's result. */
export function report(result) {
  const element = document.createElement('pre');
  element.id = 'result';
  element.textContent = JSON.stringify(result);
  document.body.append(element);
}

/** Reports what `work` gives, or the error it throws. */
export function reportAll(work) {
  work().then(report, (error) => report({ error: String(error?.stack ?? error) }));
}
