namespace Weir.Erasure.Tests.Drives;

/// <summary>A directory that is gone after the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private const string Memory = "/dev/shm";

    public TemporaryDirectory() : this(Directory.CreateTempSubdirectory("weir-erasure-").FullName)
    {
    }

    private TemporaryDirectory(string path) => Path = path;

    public string Path { get; }

    /// <summary>One in memory where the machine has such: for what is made a thousand times, and small.</summary>
    public static TemporaryDirectory OfMemory() =>
        Directory.Exists(Memory) ? new(Directory.CreateDirectory($"{Memory}/weir-erasure-{Guid.NewGuid():N}").FullName) : new();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
