using Microsoft.AspNetCore.Http;
using Weir.Server.Security;

namespace Weir.Server.Http;

/// <summary>Who calls.</summary>
/// <param name="Name">The token's name; <c>loopback</c> where none is asked for.</param>
/// <param name="Role">What it may do.</param>
public sealed record ApiCaller(string Name, AccessRole Role)
{
    public static ApiCaller Nobody { get; } = new("nobody", AccessRole.None);
}

/// <summary>Decides who a caller is and whether he may do what he asks for.</summary>
internal sealed class ApiAccess(TokenStore tokens, LoopbackGuard guard, bool needsTokenOnLoopback)
{
    private const string Scheme = "Bearer ";

    private static readonly ApiCaller Local = new("loopback", AccessRole.Admin);

    /// <summary>The caller; null when the request is answered already by <paramref name="refusal"/>.</summary>
    public ApiCaller? Identify(HttpContext context, out ApiException? refusal)
    {
        refusal = null;
        bool isLoopback = context.Features.Get<ListenAddress>() is { IsLoopback: true };
        HttpRequest request = context.Request;
        if (isLoopback && guard.Check(request.Host.Host, request.Host.Value ?? "", request.Headers.Origin) is { } problem)
        {
            refusal = new(StatusCodes.Status403Forbidden, "forbidden", problem);
            return null;
        }

        string? header = request.Headers.Authorization;
        if (string.IsNullOrEmpty(header)) return isLoopback && !needsTokenOnLoopback ? Local : ApiCaller.Nobody;
        Token? token = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? tokens.Find(header[Scheme.Length..].Trim()) : null;
        if (token is not null) return new(token.Name, token.Role);
        // Also on loopback: who sends a wrong token thinks he is somebody.
        refusal = new(StatusCodes.Status401Unauthorized, "unauthorized", "The token is not known here; 'weir config token list' shows those that are.");
        return null;
    }

    /// <summary>Why the caller may not; null when he may.</summary>
    public static ApiException? Check(ApiCaller caller, AccessRole needs)
    {
        if (caller.Role >= needs) return null;
        return caller.Role == AccessRole.None
            ? new(StatusCodes.Status401Unauthorized, "unauthorized", "A token is needed: send 'Authorization: Bearer TOKEN'; 'weir config token add' makes one.")
            : new(StatusCodes.Status403Forbidden, "forbidden", $"This needs the role {AccessRoles.Name(needs)}; the token '{caller.Name}' has {AccessRoles.Name(caller.Role)}.");
    }
}
