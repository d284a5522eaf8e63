//! The table of C functions between SQLite and the operating system's file layer.
use crate::{Change, Dark, Disk, VFS};
use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};
use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};

/// What SQLite gives room for, followed in memory by the operating system's own file.
#[repr(C)]
struct File {
    base: sqlite3_file,
    /// From `Box::into_raw`; null for files that are on no disk of ours, such as temporary ones.
    tracked: *mut Tracked,
}

struct Tracked {
    disk: Arc<Disk>,
    path: PathBuf,
}

/// Makes the file layer known to SQLite; again and again does no harm.
pub fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: a null name asks for the default layer, which lives as long as the process; ours is a copy of it that
        // is leaked. The copied functions do not look at the layer they are called with; `open` and `delete` are ours.
        unsafe {
            let real = ffi::sqlite3_vfs_find(std::ptr::null());
            let name = CString::new(VFS).expect("no zero in it").into_raw();
            let ours = sqlite3_vfs {
                szOsFile: (size_of::<File>() as c_int) + (*real).szOsFile,
                pNext: std::ptr::null_mut(),
                zName: name,
                pAppData: real.cast(),
                xOpen: Some(open),
                xDelete: Some(delete),
                ..*real
            };
            let known = ffi::sqlite3_vfs_register(Box::into_raw(Box::new(ours)), 0);
            assert_eq!(known, ffi::SQLITE_OK, "SQLite takes the file layer");
        }
    });
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    // Version 2: shared memory, and no memory-mapped reads.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// # Safety
/// `name` is null or a C string.
unsafe fn path_of(name: *const c_char) -> Option<PathBuf> {
    if name.is_null() {
        return None;
    }
    // SAFETY: see above.
    let bytes = unsafe { CStr::from_ptr(name) }.to_bytes();
    Some(Path::new(OsStr::from_bytes(bytes)).to_owned())
}

/// # Safety
/// `file` was opened by [`open`], so the operating system's file follows it.
unsafe fn real(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: SQLite gave `szOsFile` bytes, which are both.
    unsafe { file.cast::<u8>().add(size_of::<File>()).cast() }
}

/// # Safety
/// `file` was opened by [`open`] and not closed.
unsafe fn tracked<'a>(file: *mut sqlite3_file) -> Option<&'a Tracked> {
    // SAFETY: the box is freed by `close` alone.
    unsafe { (*file.cast::<File>()).tracked.as_ref() }
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's contract for xOpen; `pAppData` is the operating system's layer.
    unsafe {
        let real_vfs: *mut sqlite3_vfs = (*vfs).pAppData.cast();
        (*file).pMethods = std::ptr::null();
        let under = real(file);
        let done = (*real_vfs).xOpen.expect("every layer opens")(real_vfs, name, under, flags, out);
        if done != ffi::SQLITE_OK {
            if !(*under).pMethods.is_null() {
                (*(*under).pMethods).xClose.expect("every file closes")(under);
            }
            return done;
        }
        let found = path_of(name).and_then(|path| Disk::of(&path).map(|disk| Tracked { disk, path }));
        (*file.cast::<File>()).tracked = match found {
            Some(t) => {
                t.disk.opened(&t.path);
                Box::into_raw(Box::new(t))
            }
            None => std::ptr::null_mut(),
        };
        (*file).pMethods = &METHODS;
        done
    }
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, sync_dir: c_int) -> c_int {
    // SAFETY: SQLite's contract for xDelete; `pAppData` is the operating system's layer.
    unsafe {
        let path = path_of(name).unwrap_or_default();
        if let Some(Err(Dark)) = Disk::of(&path).map(|disk| disk.deleted(&path)) {
            return ffi::SQLITE_IOERR_DELETE;
        }
        let real_vfs: *mut sqlite3_vfs = (*vfs).pAppData.cast();
        (*real_vfs).xDelete.expect("every layer deletes")(real_vfs, name, sync_dir)
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once; the box came from `open`.
    unsafe {
        let ours = file.cast::<File>();
        if !(*ours).tracked.is_null() {
            drop(Box::from_raw((*ours).tracked));
            (*ours).tracked = std::ptr::null_mut();
        }
        let under = real(file);
        (*(*under).pMethods).xClose.expect("every file closes")(under)
    }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, from: *const c_void, bytes: c_int, at: sqlite3_int64) -> c_int {
    // SAFETY: SQLite's contract for xWrite: `from` holds `bytes` bytes.
    unsafe {
        if let Some(t) = tracked(file) {
            let bytes = std::slice::from_raw_parts(from.cast::<u8>(), bytes as usize).to_vec();
            if let Err(Dark) = t.disk.changed(&t.path, Change::Write { at: at as usize, bytes }) {
                return ffi::SQLITE_IOERR_WRITE;
            }
        }
        let under = real(file);
        (*(*under).pMethods).xWrite.expect("every file is written")(under, from, bytes, at)
    }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    // SAFETY: SQLite's contract for xTruncate.
    unsafe {
        if let Some(t) = tracked(file)
            && let Err(Dark) = t.disk.changed(&t.path, Change::Size(size as usize))
        {
            return ffi::SQLITE_IOERR_TRUNCATE;
        }
        let under = real(file);
        (*(*under).pMethods).xTruncate.expect("every file is cut")(under, size)
    }
}

/// The real file is not synced: nobody cuts the power of the machine that runs the test.
unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: SQLite's contract for xSync.
    unsafe {
        match tracked(file) {
            Some(t) if t.disk.synced(&t.path).is_err() => ffi::SQLITE_IOERR_FSYNC,
            Some(_) => ffi::SQLITE_OK,
            None => {
                let under = real(file);
                (*(*under).pMethods).xSync.expect("every file is synced")(under, flags)
            }
        }
    }
}

/// Functions that are the operating system's own.
macro_rules! passed_on {
    ($($name:ident = $method:ident($($arg:ident: $ty:ty),*) $(-> $answer:ty)?;)*) => {$(
        unsafe extern "C" fn $name(file: *mut sqlite3_file, $($arg: $ty),*) $(-> $answer)? {
            // SAFETY: SQLite's contract is handed on unchanged to the layer it was written for.
            unsafe {
                let under = real(file);
                (*(*under).pMethods).$method.expect("the operating system's layer has it")(under, $($arg),*)
            }
        })*};
}

passed_on! {
    read = xRead(to: *mut c_void, bytes: c_int, at: sqlite3_int64) -> c_int;
    file_size = xFileSize(size: *mut sqlite3_int64) -> c_int;
    lock = xLock(level: c_int) -> c_int;
    unlock = xUnlock(level: c_int) -> c_int;
    check_reserved_lock = xCheckReservedLock(out: *mut c_int) -> c_int;
    file_control = xFileControl(op: c_int, arg: *mut c_void) -> c_int;
    sector_size = xSectorSize() -> c_int;
    device_characteristics = xDeviceCharacteristics() -> c_int;
    shm_map = xShmMap(region: c_int, bytes: c_int, extend: c_int, out: *mut *mut c_void) -> c_int;
    shm_lock = xShmLock(offset: c_int, n: c_int, flags: c_int) -> c_int;
    shm_barrier = xShmBarrier();
    shm_unmap = xShmUnmap(delete: c_int) -> c_int;
}
