using Weir.Copytool.Tests.Coordinators;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Library;

/// <summary>A copytool with the library between a metadata target and a scripted coordinator.</summary>
public abstract class LibraryTest : IAsyncDisposable
{
    internal MdtStandIn Mdt { get; } = new();

    internal ScriptedCoordinator Coordinator { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await Coordinator.DisposeAsync();
        await Mdt.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal CopytoolProcess Start(Build build, string[] words, params (string Name, string Value)[] environment) =>
        CopytoolProcess.Start(build, Mdt, Coordinator.Port, words, environment);

    /// <summary>A file and the request to archive it.</summary>
    internal HsmRequest AddArchive(long cookie, int bytes = 1000)
    {
        HsmRequest request = Mdt.Add(cookie, MdtAction.Archive, (uint)cookie);
        byte[] content = new byte[bytes];
        new Random((int)cookie).NextBytes(content);
        File.WriteAllBytes(Mdt.PathOf(request), content);
        return request;
    }

    /// <summary>Hands a request out, sees it done and its end told.</summary>
    internal static async Task AssertWorksAsync(ScriptedConnection connection, HsmRequest request)
    {
        await connection.GiveAsync(Replies.List(Replies.Item(request)));
        Assert.Equal((request.Cookie, 0), await connection.TakeDoneAsync());
        Assert.True(request.IsEnded);
        Assert.Equal(0, request.Error);
    }
}
