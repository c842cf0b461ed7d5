using System.Runtime.InteropServices;
using Weir.Lustre.Llapi;

namespace Weir.Lustre.Tests.Llapi;

public sealed class LlapiLibraryTests
{
    [Fact]
    public void Without_the_library_the_message_says_what_to_install()
    {
        Assert.SkipWhen(NativeLibrary.TryLoad("liblustreapi.so.1", out _) || NativeLibrary.TryLoad("liblustreapi.so", out _), "There is a liblustreapi on this machine.");
        Assert.Contains("lustre-client", Message(null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_another_is_told_apart()
    {
        Assert.Contains("/no/such/library.so", Message("/no/such/library.so"), StringComparison.Ordinal);
        Assert.Contains("llapi_hsm_copytool_register", Message("libc.so.6"), StringComparison.Ordinal);
    }

    private static string Message(string? path) => Assert.Throws<LlapiException>(() => LlapiLibrary.Load(path)).Message;
}
