// Takes the lock of a directory, says so, and keeps it until it is killed.
const [engine, directory] = process.argv.slice(2);
const { lockDirectory } = await import(`${engine}/file/directory-lock.js`);
try {
  await lockDirectory(directory);
  console.log('locked');
} catch (error) {
  console.log(error.message);
}
setInterval(() => {}, 1_000);
