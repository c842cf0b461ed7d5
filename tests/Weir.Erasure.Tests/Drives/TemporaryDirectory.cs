namespace Weir.Erasure.Tests.Drives;

/// <summary>A directory that is gone after the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("weir-erasure-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
