namespace Weir.BlockEvents.Topology;

/// <summary>
/// Where the kernel's view of the machine is read: below <c>/</c>, or below the directory of a captured tree, which has <c>sys</c>, <c>dev</c>,
/// <c>run/udev</c> and <c>proc/self/mountinfo</c> as far as they were captured.
/// </summary>
/// <param name="Path">The root.</param>
public sealed record SystemRoot(string Path)
{
    /// <summary>This machine.</summary>
    public static SystemRoot Live { get; } = new("/");

    /// <summary>Whether it is this machine's own, whose devices can be opened and tell of changes.</summary>
    public bool IsLive => Path == "/";

    internal string Sys => System.IO.Path.Combine(Path, "sys");

    internal string Dev => System.IO.Path.Combine(Path, "dev");

    internal string UdevData => System.IO.Path.Combine(Path, "run/udev/data");

    internal string MountInfo => System.IO.Path.Combine(Path, "proc/self/mountinfo");
}
