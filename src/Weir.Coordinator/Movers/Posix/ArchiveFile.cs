using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Weir.Lustre;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>Makes a file's copy.</summary>
internal sealed class ArchiveFile(ArchiveTree tree, string agent, ILogger logger, TimeProvider time)
{
    /// <summary>Beside a copy, as lhsmtool_posix has it: the file's stripes, the bytes of its attribute <c>lustre.lov</c>.</summary>
    public const string StripeSuffix = ".lov";

    private const uint OwnerOnly = 0x180; // 0600

    /// <exception cref="MoverException">It cannot be copied; there is no trace of an attempt.</exception>
    public long Run(ActionRun run)
    {
        Fid fid = run.Request.Fid;
        string path = tree.PathOf(fid);
        using SafeFileHandle source = run.Action.OpenFile();
        FileStatus before = NativeFiles.Status(source, $"{fid}");
        if (!before.IsRegular) throw new MoverException(MoverErrno.Invalid, $"{fid} is no regular file");
        if (run.Request.ExtentOffset != 0 || (run.Request.ExtentLength != 0 && run.Request.ExtentLength < (ulong)before.Size))
            throw new MoverException(MoverErrno.NotSupported, $"a part of {fid} is to be archived; only whole files can be");
        (SafeFileHandle directory, string name) = tree.Enter(fid, makes: true)!.Value;
        using (directory)
        {
            string copy = TemporaryName.Of(name, agent), manifest = TemporaryName.Of(name + CopyManifest.Suffix, agent), stripes = TemporaryName.Of(name + StripeSuffix, agent);
            try
            {
                CopyVersion version = WriteCopy(run, source, before, directory, copy, path, out IReadOnlyDictionary<string, byte[]> attributes);
                bool hasStripes = WriteStripes(source, directory, stripes, fid);
                bool isKnown = CopyInPlace.IsKnown(directory, name, logger, fid, out CopyVersion? previous);
                WriteFile(directory, manifest, Describe(run, before, version, attributes, previous, name).Write(), path + CopyManifest.Suffix);
                run.Stop.ThrowIfCancellationRequested();
                if (hasStripes) NativeFiles.Rename(directory, stripes, name + StripeSuffix);
                if (isKnown) Replace(directory, path, [(manifest, name + CopyManifest.Suffix), (copy, name)]);
                else ReplaceUnknown(directory, path, manifest, copy, name);
            }
            catch (Exception exception)
            {
                foreach (string leftover in new[] { copy, manifest, stripes }) RemoveQuietly(directory, leftover);
                if (exception is MoverException { Errno: MoverErrno.NoSpace or MoverErrno.QuotaExceeded } full)
                    throw new MoverException(full.Errno, $"the archive is full, nothing of this copy is left in it: {full.Message}");
                throw;
            }

            new Leftovers(tree, logger, time).Remove(directory, fid, agent);
        }

        return before.Size;
    }

    private static CopyVersion WriteCopy(
        ActionRun run, SafeFileHandle source, FileStatus before, SafeFileHandle directory, string copy, string path, out IReadOnlyDictionary<string, byte[]> attributes)
    {
        Fid fid = run.Request.Fid;
        using SafeFileHandle target = Create(directory, copy, path);
        using var digest = new ContentDigest(ContentDigest.KindFor(before));
        string sum = new SparseCopy(run, source, $"{fid}", target, path).Copy(before.Size, digest);
        SortedDictionary<string, byte[]> found = ExtendedAttributes.Read(source, $"{fid}");
        attributes = found;
        foreach ((string attribute, byte[] value) in found)
        {
            // Those that the archive's file system has no place for are in the manifest.
            int errno = ExtendedAttributes.Set(target, attribute, value);
            if (errno is MoverErrno.QuotaExceeded) throw MoverException.Of(errno, $"Setting attribute {attribute} of {path}");
        }

        FileStatus after = NativeFiles.Status(source, $"{fid}");
        if (!before.HasSameContent(after)) throw new MoverException(MoverErrno.Busy, $"{fid} changed while it was archived");
        NativeFiles.SetAttributes(target, before, path);
        NativeFiles.Flush(target, path);
        return new(before.Size, before.ModifiedNs, digest.Kind, sum);
    }

    private CopyManifest Describe(
        ActionRun run, FileStatus status, CopyVersion version, IReadOnlyDictionary<string, byte[]> attributes, CopyVersion? previous, string name) => new()
        {
            Fid = name,
            Current = version,
            Previous = previous,
            Mode = status.Mode,
            UserId = status.UserId,
            GroupId = status.GroupId,
            Path = run.FileSystem.FindPath(run.Request.Fid),
            ArchivedAt = time.GetUtcNow(),
            Agent = agent,
            Attributes = attributes,
        };

    /// <summary>The manifest goes first, for it names this version and the one before, and so is right with either copy.</summary>
    private static void Replace(SafeFileHandle directory, string path, ReadOnlySpan<(string From, string To)> names)
    {
        foreach ((string from, string to) in names)
        {
            NativeFiles.Rename(directory, from, to);
            NativeFiles.Flush(directory, $"the directory of {path}");
        }
    }

    /// <summary>No manifest tells of the copy that is there: between the old one and the new one there is none that could belie either.</summary>
    private static void ReplaceUnknown(SafeFileHandle directory, string path, string manifest, string copy, string name)
    {
        if (NativeFiles.Remove(directory, name + CopyManifest.Suffix)) NativeFiles.Flush(directory, $"the directory of {path}");
        Replace(directory, path, [(copy, name), (manifest, name + CopyManifest.Suffix)]);
    }

    /// <summary>Not critical: a file can do without its stripes.</summary>
    private bool WriteStripes(SafeFileHandle source, SafeFileHandle directory, string temporary, Fid fid)
    {
        if ((ExtendedAttributes.Get(source, "lustre.lov") ?? ExtendedAttributes.Get(source, "trusted.lov")) is not { Length: > 0 } stripes) return false;
        try
        {
            WriteFile(directory, temporary, stripes, temporary);
            return true;
        }
        catch (MoverException exception)
        {
            MoverLog.NotKept(logger, fid, "the stripes", exception.Message);
            return false;
        }
    }

    private static void WriteFile(SafeFileHandle directory, string name, byte[] bytes, string what)
    {
        using SafeFileHandle file = Create(directory, name, what);
        NativeFiles.SetLength(file, 0, what);
        NativeFiles.Write(file, bytes, 0, what);
        NativeFiles.Flush(file, what);
    }

    private static SafeFileHandle Create(SafeFileHandle directory, string name, string what) =>
        NativeFiles.OpenAt(directory, name, NativeFiles.WriteOnly | NativeFiles.Create | NativeFiles.NonBlocking, OwnerOnly, out int errno)
        ?? throw MoverException.Of(errno, $"Making {what}");

    private static void RemoveQuietly(SafeFileHandle directory, string name)
    {
        try
        {
            NativeFiles.Remove(directory, name);
        }
        catch (MoverException)
        {
            // The first failure is the one to tell.
        }
    }
}
