namespace Weir.Lab.Disks;

/// <summary>
/// The caller's process is dead: the power went, or it was killed. Nothing it still calls has any effect. (An
/// <see cref="IOException"/> so that code under test ends as after any failed call, instead of tearing the test down.)
/// </summary>
public sealed class SimulatedCrashException : IOException
{
    public SimulatedCrashException(string message) : base(message) => HResult = (int)DiskError.Io;
}
