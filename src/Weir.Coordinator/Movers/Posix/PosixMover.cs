using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Weir.Lustre;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>
/// Keeps copies in a directory tree, as lhsmtool_posix does, and reads its archives. A copy comes to be under another name, is flushed, and then takes
/// its own, so under a fid there is always a whole copy or none, whatever is killed or cut off.
/// </summary>
/// <param name="tree">Where.</param>
/// <param name="agent">The agent's name: temporary files have it in theirs, so that two agents never write the same one.</param>
/// <param name="logger">For what is noteworthy about a copy.</param>
/// <param name="time">The clock.</param>
public sealed class PosixMover(ArchiveTree tree, string agent, ILogger logger, TimeProvider time) : IActionMover
{
    private readonly ArchiveFile _archive = new(tree, agent, logger, time);
    private readonly RestoreFile _restore = new(tree, logger);

    /// <inheritdoc/>
    public long Run(ActionRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Request.Action switch
        {
            HsmAction.Archive => _archive.Run(run),
            HsmAction.Restore => _restore.Run(run),
            HsmAction.Remove => Remove(run),
            _ => throw new MoverException(MoverErrno.Invalid, $"{run.Request.Action} is nothing that an archive does"),
        };
    }

    /// <summary>The copy first: a manifest without a copy harms nobody. What is not there is removed already.</summary>
    private long Remove(ActionRun run)
    {
        Fid fid = run.Request.Fid;
        if (tree.Enter(fid, makes: false) is not { } place) return 0;
        using SafeFileHandle directory = place.Directory;
        foreach (string suffix in new[] { "", ArchiveFile.StripeSuffix, CopyManifest.Suffix }) NativeFiles.Remove(directory, place.Name + suffix);
        new Leftovers(tree, logger, time).Remove(directory, fid, agent);
        NativeFiles.Flush(directory, $"the directory of {tree.PathOf(fid)}");
        return 0;
    }
}
