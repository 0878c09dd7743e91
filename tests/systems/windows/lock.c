/* Holds a file as other programs of Windows do, an indexer or a scanner: `lock.exe FILE read` lets others read it, `none` nothing. Says
   `locked` and waits until its input ends. */
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

int wmain(int count, wchar_t **words) {
  DWORD share = count > 2 && wcscmp(words[2], L"read") == 0 ? FILE_SHARE_READ : 0;
  HANDLE file = count > 1 ? CreateFileW(words[1], GENERIC_READ | GENERIC_WRITE, share, NULL, OPEN_EXISTING, 0, NULL) : INVALID_HANDLE_VALUE;
  if (file == INVALID_HANDLE_VALUE) {
    return 1;
  }
  puts("locked");
  fflush(stdout);
  while (getchar() != EOF) {
  }
  return 0;
}
