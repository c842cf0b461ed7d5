using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Weir.Lustre;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>Brings a file's content back, and sees that it is what was archived.</summary>
internal sealed class RestoreFile(ArchiveTree tree, ILogger logger)
{
    /// <exception cref="MoverException">There is no copy (ENOENT), it is damaged (EIO), or the file cannot be written.</exception>
    public long Run(ActionRun run)
    {
        Fid fid = run.Request.Fid;
        string path = tree.PathOf(fid);
        (SafeFileHandle directory, string name) = tree.Enter(fid, makes: false) ?? throw Missing(path);
        using (directory)
        {
            using SafeFileHandle copy = NativeFiles.OpenAt(directory, name, NativeFiles.ReadOnly | NativeFiles.NonBlocking, 0, out int errno)
                ?? throw (errno == MoverErrno.NoEntry ? Missing(path) : MoverException.Of(errno, $"Opening {path}"));
            FileStatus status = NativeFiles.Status(copy, path);
            if (!status.IsRegular) throw new MoverException(MoverErrno.InputOutput, $"{path} is no regular file");
            IReadOnlyList<CopyVersion> versions = FindVersions(directory, name, fid, path, status, out IReadOnlyDictionary<string, byte[]> attributes);
            using SafeFileHandle target = run.Action.OpenFile();
            using var digest = new ContentDigest(versions.Count > 0 ? versions[0].Kind : ContentDigest.KindFor(status));
            string sum = new SparseCopy(run, copy, path, target, $"{fid}").Copy(status.Size, digest);
            if (versions.Count > 0 && !versions.Any(version => version.Digest == sum))
                throw Damaged($"{path} is damaged: its checksum is {sum}, and that of what was archived {versions[0].Digest}. The file is not restored from it");
            SetAttributes(target, fid, attributes);
            NativeFiles.Flush(target, $"{fid}");
            return status.Size;
        }
    }

    private static MoverException Missing(string path) => new(MoverErrno.NoEntry, $"there is no copy at {path}");

    /// <summary>Another attempt would read the same.</summary>
    private static MoverException Damaged(string message) => new(DamagedErrno, message);

    /// <summary>EBADMSG, as file systems with checksums have it.</summary>
    private const int DamagedErrno = 74;

    /// <summary>What the copy may be; nothing when it is not known.</summary>
    private IReadOnlyList<CopyVersion> FindVersions(SafeFileHandle directory, string name, Fid fid, string path, FileStatus status, out IReadOnlyDictionary<string, byte[]> attributes)
    {
        attributes = new Dictionary<string, byte[]>();
        try
        {
            CopyManifest? manifest = CopyInPlace.ReadManifest(directory, name);
            if (manifest is null)
            {
                MoverLog.NotVerified(logger, fid, "there is none");
                return [];
            }

            attributes = manifest.Attributes;
            if (manifest.Find(status.Size, status.ModifiedNs) is { } version) return [version];

            // Somebody touched the copy, or moved the archive without its times: the content decides.
            CopyVersion[] candidates = [.. new[] { manifest.Current, manifest.Previous }.OfType<CopyVersion>().Where(candidate => candidate.Size == status.Size)];
            if (candidates.Length == 0) throw Damaged($"{path} is damaged: it has {status.Size} bytes, and {manifest.Current.Size} were archived");
            return [.. candidates.Where(candidate => candidate.Kind == candidates[0].Kind)];
        }
        catch (FormatException exception)
        {
            MoverLog.NotVerified(logger, fid, exception.Message);
            return [];
        }
    }

    /// <summary>As far as the file takes them: on Lustre they are still with the file that is restored.</summary>
    private static void SetAttributes(SafeFileHandle target, Fid fid, IReadOnlyDictionary<string, byte[]> attributes)
    {
        foreach ((string attribute, byte[] value) in attributes)
        {
            if (!ExtendedAttributes.IsKept(attribute)) continue;
            int errno = ExtendedAttributes.Set(target, attribute, value);
            if (errno is MoverErrno.NoSpace or MoverErrno.QuotaExceeded) throw MoverException.Of(errno, $"Setting attribute {attribute} of {fid}");
        }
    }
}
